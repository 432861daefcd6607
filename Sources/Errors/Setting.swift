// SPDX-License-Identifier: Apache-2.0

/// Something that a caller sets: a property or a parameter, by its name in Swift.
///
/// Messages name the setting that is wrong or that helps. Its name depends on how SPIN is used: in
/// Swift it is `pairAmount`, as in `Selection(pairAmount:)`; on the command line it is the flag
/// `--q` of `spin select`. A text therefore mentions the setting as a value, and `SettingNames`
/// determines its name.
///
/// Each module declares the settings that its messages mention in an extension:
///
///     extension Setting {
///       static let pairAmount = Setting("pairAmount", of: "Selection")
///     }
public struct Setting: Hashable, Sendable {
  /// The type, or the type and function, to which the setting belongs: "Selection".
  public let owner: String
  /// The name of the property or parameter, such as "pairAmount", or of an enum case with a leading
  /// dot, such as ".count".
  public let name: String

  /// Names a setting.
  public init(_ name: String, of owner: String) {
    self.name = name
    self.owner = owner
  }
}

extension Setting {
  /// A mention of a setting in a text, optionally with a value for it.
  public struct Mention: Hashable, Sendable, CustomStringConvertible {
    /// The setting that is mentioned.
    public let setting: Setting
    /// The value as written in Swift: ".truncate"; nil if the text gives none.
    public let value: String?
    /// The value as typed after a flag: "truncate"; nil if there is none.
    public let typed: String?

    init(_ setting: Setting, value: String? = nil, typed: String? = nil) {
      self.setting = setting
      self.value = value
      self.typed = typed
    }

    /// The mention as written in Swift: "keep", "keep: 5000", ".count(22)".
    public var description: String {
      guard let value else { return setting.name }
      return setting.name.hasPrefix(".")
        ? "\(setting.name)(\(value))" : "\(setting.name): \(value)"
    }
  }
}

/// The names of settings in texts.
///
/// A program that uses the library may have its own names for settings, such as flags or fields of
/// a form. Install them for all work of the program:
///
///     try SettingNames.$current.withValue(SettingNames { flags[$0.setting] ?? "\($0)" }) {
///       try work()
///     }
public struct SettingNames: Sendable {
  /// The names used when a text becomes a string; the Swift names by default.
  @TaskLocal public static var current = SettingNames { $0.description }

  /// Returns the text of a mention.
  public let text: @Sendable (Setting.Mention) -> String

  /// Names given by a function.
  ///
  /// - Parameter text: Returns the text of a mention of a setting, with its value.
  public init(_ text: @escaping @Sendable (Setting.Mention) -> String) { self.text = text }
}
