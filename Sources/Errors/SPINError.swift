// SPDX-License-Identifier: Apache-2.0

/// A failure caused by something that the user provides: a file, a setting, a disk.
///
/// Every error that SPIN throws for input has this type and reads as one sentence:
///
///     model-00002.safetensors: tensor "model.norm.weight" has 11 bytes, shape [6] of BF16 needs 12;
///     the file is truncated - download it again
///
/// That is *where*, *what was found and what was expected*, and *what to do*. `SettingNames`
/// determines how settings are named: by their Swift names in a program that uses the library, by
/// their flags on the command line. Programming errors of a caller trap instead (`precondition`);
/// they are never thrown.
public struct SPINError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kind of failure, which determines the exit status of `spin`.
  public let code: Code
  private let place: SettingText?
  private let finding: SettingText
  private let advice: SettingText?

  /// The file, setting or key where the failure occurred, with a byte offset, line or tensor if
  /// that helps; nil if there is none.
  public var location: String? { place?.description }
  /// What was found, and what was expected.
  public var message: String { finding.description }
  /// What the user can do about the failure; nil if there is no advice.
  public var remedy: String? { advice?.description }
  /// The invalid setting, for programs that show a message next to a field; nil if the location is
  /// not a setting.
  public var setting: Setting? { place?.setting }

  /// Describes a failure.
  ///
  /// - Parameters:
  ///   - code: The kind of failure.
  ///   - location: The path, then the position in the file, as `config.json: key "hidden_size"`.
  ///   - message: What was found and what was expected; begins in lower case, without a final
  ///     period.
  ///   - remedy: What to do; begins in lower case, without a final period.
  public init(_ code: Code, at location: String? = nil, _ message: String, remedy: String? = nil) {
    self.init(
      code, at: location.map { SettingText($0) }, SettingText(message),
      remedy: remedy.map { SettingText($0) })
  }

  /// Describes a failure caused by a setting.
  public init(
    _ code: Code, at location: Setting, _ message: SettingText, remedy: SettingText? = nil
  ) {
    self.init(code, at: SettingText(location), message, remedy: remedy)
  }

  /// Describes a failure of a file, with texts that mention settings.
  public init(
    _ code: Code, at location: String?, _ message: SettingText, remedy: SettingText? = nil
  ) {
    self.init(code, at: location.map { SettingText($0) }, message, remedy: remedy)
  }

  /// Describes a failure with texts that mention settings.
  public init(
    _ code: Code, at location: SettingText? = nil, _ message: SettingText,
    remedy: SettingText? = nil
  ) {
    self.code = code
    place = location
    finding = message
    advice = remedy
  }

  /// The whole sentence: `location: message; remedy`.
  public var description: String { text.description }

  var text: SettingText {
    let end: SettingText = advice.map { "; \($0)" } ?? ""
    return place.map { "\($0): \(finding)\(end)" } ?? "\(finding)\(end)"
  }

  /// The error of work that was stopped at the request of its caller, with code `interrupted`.
  ///
  /// Whether the work can be resumed depends on what has been stored of it, which only the caller
  /// knows.
  ///
  /// - Parameters:
  ///   - location: The file being processed, if there is one.
  ///   - message: What was stopped and when: "stopped after step 12".
  public static func stopped(at location: String? = nil, _ message: String = "stopped") -> SPINError
  {
    SPINError(.interrupted, at: location, message)
  }

  /// The same failure with other advice.
  public func advising(_ remedy: String?) -> SPINError {
    SPINError(code, at: place, finding, remedy: remedy.map { SettingText($0) })
  }

  /// The same failure with advice that mentions settings.
  public func advising(_ remedy: SettingText) -> SPINError {
    SPINError(code, at: place, finding, remedy: remedy)
  }

  /// The same failure with `outer` before its location, as for a member of an archive.
  public func located(in outer: String) -> SPINError {
    SPINError(
      code, at: place.map { "\(outer): \($0)" } ?? SettingText(outer), finding, remedy: advice)
  }

  /// The same failure at another location, such as the one that the user knows.
  public func located(at location: String?) -> SPINError {
    SPINError(code, at: location.map { SettingText($0) }, finding, remedy: advice)
  }

  /// The same failure with another code.
  public func counted(as code: Code) -> SPINError {
    SPINError(code, at: place, finding, remedy: advice)
  }

  /// The same failure with words added to the message.
  public func adding(_ words: String) -> SPINError {
    SPINError(code, at: place, "\(finding)\(words)", remedy: advice)
  }
}

extension SPINError {
  /// A kind of failure.
  ///
  /// This is a struct of constants rather than an enum, so that a new kind does not break a
  /// client's `switch`. The numbers follow BSD's `sysexits.h` where possible.
  public struct Code: Sendable, Hashable {
    /// The exit status of `spin` after such a failure.
    public let exitStatus: Int32

    /// A check failed: `verify`, `diff`, a guard (2).
    public static let checkFailed = Code(exitStatus: 2)
    /// A setting or an argument is wrong (64).
    public static let usage = Code(exitStatus: 64)
    /// A model, data, score or patch file is malformed or does not match (65).
    public static let malformedInput = Code(exitStatus: 65)
    /// An input does not exist or cannot be read (66).
    public static let missingInput = Code(exitStatus: 66)
    /// This build or machine, or a server, does not provide what is needed (69).
    public static let unavailable = Code(exitStatus: 69)
    /// The system refused memory (71).
    public static let outOfMemory = Code(exitStatus: 71)
    /// An output cannot be created (73).
    public static let cannotCreate = Code(exitStatus: 73)
    /// Reading or writing failed midway (74).
    public static let inputOutput = Code(exitStatus: 74)
    /// The work stopped early and can be resumed (75).
    public static let resumable = Code(exitStatus: 75)
    /// A server requires authentication or acceptance of its conditions (77).
    public static let noPermission = Code(exitStatus: 77)
    /// A `config.json` or a setting is contradictory (78).
    public static let configuration = Code(exitStatus: 78)
    /// The user interrupted the work, which can be resumed (130).
    public static let interrupted = Code(exitStatus: 130)
  }
}
