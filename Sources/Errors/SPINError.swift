// SPDX-License-Identifier: Apache-2.0

/// What went wrong with something the user gave us: a file, a flag, a disk.
///
/// Every error that SPIN throws on input is one of these, and reads as one sentence:
///
///     model-00002.safetensors: tensor "model.norm.weight" has 11 bytes, shape [6] of BF16 needs 12;
///     the file is truncated - download it again
///
/// That is *where*, *what was found and what was expected*, and *what to do*. Mistakes of a caller
/// inside the program trap instead (`precondition`); they are never thrown.
public struct SPINError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kind of failure; it decides the exit status of `spin`.
  public let code: Code
  /// The file, flag or key where it happened, with a byte offset, line or tensor where that helps.
  public let location: String?
  /// What was found, and what was expected.
  public let message: String
  /// What the user can do about it.
  public let remedy: String?

  /// Describes a failure.
  ///
  /// - Parameters:
  ///   - code: The kind of failure.
  ///   - location: Path first, then the position in it, as `config.json: key "hidden_size"`.
  ///   - message: Lower-case, no full stop: what was found and what was expected.
  ///   - remedy: Lower-case, no full stop: what to do.
  public init(_ code: Code, at location: String? = nil, _ message: String, remedy: String? = nil) {
    self.code = code
    self.location = location
    self.message = message
    self.remedy = remedy
  }

  /// The whole sentence: `location: message; remedy`.
  public var description: String {
    (location.map { "\($0): " } ?? "") + message + (remedy.map { "; \($0)" } ?? "")
  }

  /// What work throws whose caller asked it to stop.
  ///
  /// Whether the same work resumes later depends on what is stored of it, which is the caller's to say.
  ///
  /// - Parameter message: What was stopped, where that helps: "stopped after step 12".
  public static func stopped(at location: String? = nil, _ message: String = "stopped") -> SPINError
  {
    SPINError(.interrupted, at: location, message)
  }

  /// The same failure with other advice.
  public func advising(_ remedy: String?) -> SPINError {
    SPINError(code, at: location, message, remedy: remedy)
  }

  /// The same failure, placed inside something larger, such as a member of an archive.
  public func located(in outer: String) -> SPINError {
    SPINError(code, at: location.map { "\(outer): \($0)" } ?? outer, message, remedy: remedy)
  }
}

extension SPINError {
  /// A kind of failure.
  ///
  /// A struct of constants rather than an enum, so that a new kind breaks nobody's `switch`. The
  /// numbers follow BSD's `sysexits.h` where it has one.
  public struct Code: Sendable, Hashable {
    /// The exit status with which `spin` ends on such a failure.
    public let exitStatus: Int32

    /// A check was made and did not hold: `verify`, `diff`, a guard (2).
    public static let checkFailed = Code(exitStatus: 2)
    /// A flag or an argument is wrong (64).
    public static let usage = Code(exitStatus: 64)
    /// A model, data, score or patch file is malformed or does not fit (65).
    public static let malformedInput = Code(exitStatus: 65)
    /// An input does not exist or cannot be read (66).
    public static let missingInput = Code(exitStatus: 66)
    /// This build or machine, or a server that was asked, cannot do it (69).
    public static let unavailable = Code(exitStatus: 69)
    /// An output cannot be created (73).
    public static let cannotCreate = Code(exitStatus: 73)
    /// Reading or writing failed midway (74).
    public static let inputOutput = Code(exitStatus: 74)
    /// The work stopped early and can be resumed (75).
    public static let resumable = Code(exitStatus: 75)
    /// A server gives something only to those whom it knows, or who accepted its conditions (77).
    public static let noPermission = Code(exitStatus: 77)
    /// A `config.json` or a setting is contradictory (78).
    public static let configuration = Code(exitStatus: 78)
    /// The user interrupted the work, which can be resumed (130).
    public static let interrupted = Code(exitStatus: 130)
  }
}
