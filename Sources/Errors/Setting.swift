// SPDX-License-Identifier: Apache-2.0

/// Something that a caller decides: a property or a parameter, as it is written in Swift.
///
/// Messages say which setting is wrong or helps. Its name depends on how SPIN is used: in Swift it is `pairAmount`, as
/// in `Selection(pairAmount:)`; on the command line it is a flag, `spin select --q`. A text therefore mentions the
/// setting itself, and `SettingNames` decides how that reads.
///
/// Modules declare those that their messages mention in extensions of their own:
///
///     extension Setting {
///       static let pairAmount = Setting("pairAmount", of: "Selection")
///     }
public struct Setting: Hashable, Sendable {
  /// The type, or the type and the function, to which it belongs: "Selection".
  public let owner: String
  /// The property or parameter: "pairAmount"; the case of an enum begins with a dot: ".count".
  public let name: String

  /// Names a setting.
  public init(_ name: String, of owner: String) {
    self.name = name
    self.owner = owner
  }
}

extension Setting {
  /// A setting in a text, perhaps with the value to give it.
  public struct Mention: Hashable, Sendable, CustomStringConvertible {
    /// The setting that is mentioned.
    public let setting: Setting
    /// The value as it is written in Swift: ".truncate"; nil where the text names none.
    public let value: String?
    /// The same as it is typed after a flag: "truncate"; nil where nothing is.
    public let typed: String?

    init(_ setting: Setting, value: String? = nil, typed: String? = nil) {
      self.setting = setting
      self.value = value
      self.typed = typed
    }

    /// How the setting is written in Swift: "keep", "keep: 5000", ".count(22)".
    public var description: String {
      guard let value else { return setting.name }
      return setting.name.hasPrefix(".")
        ? "\(setting.name)(\(value))" : "\(setting.name): \(value)"
    }
  }
}

/// What texts call settings.
///
/// Programs in front of the library have names of their own for what their users decide: flags, fields of a form.
/// Install them for everything that a program does:
///
///     try SettingNames.$current.withValue(SettingNames { flags[$0.setting] ?? "\($0)" }) {
///       try work()
///     }
public struct SettingNames: Sendable {
  /// The names in force where a text becomes a string; those of Swift unless others were installed.
  @TaskLocal public static var current = SettingNames { $0.description }

  /// How a mention reads.
  public let text: @Sendable (Setting.Mention) -> String

  /// Names by which settings are known.
  ///
  /// - Parameter text: How a mention of a setting, with its value, reads.
  public init(_ text: @escaping @Sendable (Setting.Mention) -> String) { self.text = text }
}
