// SPDX-License-Identifier: Apache-2.0

/// A human-readable text that may mention settings.
///
/// It is written as an interpolated string, in which `setting:` and `enabling:` mention a setting:
///
///     "score again with \(setting: .keep, value: 5000) or more"
///     "give \(enabling: .restart) to begin anew"
///
/// A mention remains a value until the text is converted to a string (`description`), so words of
/// the text are never mistaken for a mention: a file may be called "--q" or "pairAmount".
public struct SettingText: Sendable, Hashable, CustomStringConvertible {
  private enum Piece: Hashable {
    case words(String)
    case mention(Setting.Mention)
  }

  private var pieces: [Piece] = []

  /// A text that consists of the name of a setting.
  public init(_ setting: Setting) { pieces = [.mention(Setting.Mention(setting))] }

  /// A text without mentions.
  public init(_ words: String) { append(words) }

  /// The text as a string, with the current names of settings (`SettingNames.current`).
  public var description: String {
    let names = SettingNames.current
    return pieces.map { piece in
      switch piece {
      case .words(let words): words
      case .mention(let mention): names.text(mention)
      }
    }.joined()
  }

  /// The setting, if the text consists of one mention; otherwise nil.
  public var setting: Setting? {
    guard pieces.count == 1, case .mention(let mention) = pieces[0] else { return nil }
    return mention.setting
  }

  // Adjacent words are merged, so that equality does not depend on how a text was composed.
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

  /// A text from an interpolated string.
  public init(stringInterpolation: StringInterpolation) { self = stringInterpolation.text }

  /// Composes a text from words and mentions.
  public struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var text = SettingText("")

    /// Begins a text.
    public init(literalCapacity: Int, interpolationCount: Int) {}

    /// Adds words.
    public mutating func appendLiteral(_ words: String) { text.append(words) }

    /// Adds the description of a value, as in a string.
    public mutating func appendInterpolation<Value>(_ value: Value) { text.append("\(value)") }

    /// Adds another text, preserving its mentions.
    public mutating func appendInterpolation(_ other: SettingText) { text.append(other) }

    /// Adds the sentence of an error, preserving its mentions.
    public mutating func appendInterpolation(_ error: SPINError) { text.append(error.text) }

    /// Mentions a setting without a value: `keep`.
    public mutating func appendInterpolation(setting: Setting) { add(.init(setting)) }

    /// Mentions a setting with a value: `keep: 5000`.
    public mutating func appendInterpolation<Value>(setting: Setting, value: Value) {
      add(.init(setting, value: "\(value)", typed: "\(value)"))
    }

    /// Mentions a setting with an enum case as its value, typed as the raw value on the command
    /// line: `overflow: .truncate`.
    public mutating func appendInterpolation<Value: RawRepresentable<String>>(
      setting: Setting, value: Value
    ) {
      add(.init(setting, value: ".\(value)", typed: value.rawValue))
    }

    /// Mentions a setting with a value that is typed after its flag but has no counterpart in
    /// Swift: "NAME=FILE".
    public mutating func appendInterpolation(setting: Setting, typed: String) {
      add(.init(setting, typed: typed))
    }

    /// Mentions a setting with the value true: `restart: true`.
    public mutating func appendInterpolation(enabling setting: Setting) {
      add(.init(setting, value: "true"))
    }

    private mutating func add(_ mention: Setting.Mention) { text.pieces.append(.mention(mention)) }
  }
}
