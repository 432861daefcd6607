// SPDX-License-Identifier: Apache-2.0

/// A text for people that may mention settings.
///
/// Written as an interpolated string, in which `setting:` and `enabling:` mention one:
///
///     "score again with \(setting: .keep, value: 5000) or more"
///     "give \(enabling: .restart) to begin anew"
///
/// A mention stays a value until the text is read as a string (`description`), and nothing in the words around it can be
/// taken for one: a file may be called "--q" or "pairAmount".
public struct SettingText: Sendable, Hashable, CustomStringConvertible {
  private enum Piece: Hashable {
    case words(String)
    case mention(Setting.Mention)
  }

  private var pieces: [Piece] = []

  /// A text that is the name of a setting.
  public init(_ setting: Setting) { pieces = [.mention(Setting.Mention(setting))] }

  /// A text without mentions.
  public init(_ words: String) { append(words) }

  /// The text, with settings by the names in force (`SettingNames.current`).
  public var description: String {
    let names = SettingNames.current
    return pieces.map { piece in
      switch piece {
      case .words(let words): words
      case .mention(let mention): names.text(mention)
      }
    }.joined()
  }

  /// The setting that the text names and says nothing else of; nil where it is another text.
  public var setting: Setting? {
    guard pieces.count == 1, case .mention(let mention) = pieces[0] else { return nil }
    return mention.setting
  }

  // Equal texts are equal however they were put together.
  private mutating func append(_ words: String) {
    guard !words.isEmpty else { return }
    if case .words(let before) = pieces.last {
      pieces[pieces.count - 1] = .words(before + words)
    } else {
      pieces.append(.words(words))
    }
  }

  private mutating func append(_ text: SettingText) {
    for piece in text.pieces {
      if case .words(let words) = piece { append(words) } else { pieces.append(piece) }
    }
  }
}

extension SettingText: ExpressibleByStringInterpolation {
  /// A text without mentions.
  public init(stringLiteral words: String) { self.init(words) }

  /// A text that was interpolated.
  public init(stringInterpolation: StringInterpolation) { self = stringInterpolation.text }

  /// Puts together words and mentions.
  public struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var text = SettingText("")

    /// Begins a text.
    public init(literalCapacity: Int, interpolationCount: Int) {}

    /// Adds words.
    public mutating func appendLiteral(_ words: String) { text.append(words) }

    /// Adds a value as a string would.
    public mutating func appendInterpolation<Value>(_ value: Value) { text.append("\(value)") }

    /// Adds another text with its mentions.
    public mutating func appendInterpolation(_ other: SettingText) { text.append(other) }

    /// Adds the sentence of a failure with its mentions.
    public mutating func appendInterpolation(_ error: SPINError) { text.append(error.text) }

    /// Mentions a setting by itself: `keep`.
    public mutating func appendInterpolation(setting: Setting) { add(.init(setting)) }

    /// Mentions a setting with a value: `keep: 5000`.
    public mutating func appendInterpolation<Value>(setting: Setting, value: Value) {
      add(.init(setting, value: "\(value)", typed: "\(value)"))
    }

    /// Mentions a setting with a case of an enum, which users type as its raw value: `overflow: .truncate`.
    public mutating func appendInterpolation<Value: RawRepresentable<String>>(
      setting: Setting, value: Value
    ) {
      add(.init(setting, value: ".\(value)", typed: value.rawValue))
    }

    /// Mentions a setting, with what is typed after its flag, which has no counterpart in Swift: "NAME=FILE".
    public mutating func appendInterpolation(setting: Setting, typed: String) {
      add(.init(setting, typed: typed))
    }

    /// Mentions that a setting is to be true: `restart: true`.
    public mutating func appendInterpolation(enabling setting: Setting) {
      add(.init(setting, value: "true"))
    }

    private mutating func add(_ mention: Setting.Mention) { text.pieces.append(.mention(mention)) }
  }
}
