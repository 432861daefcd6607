// SPDX-License-Identifier: Apache-2.0

/// What happens while something is fetched, for those who show it.
public enum HubEvent: Sendable, Equatable {
  /// What is about to be fetched; nothing has been sent for it yet.
  case plan(HubPlan)
  /// How far it is, told a few times a second.
  case progress(HubProgress)
  /// Another process fetches the same file; this one waits for it.
  case waiting(file: String)
  /// A request without an answer is sent again after a pause.
  case retrying(subject: String, reason: String, seconds: Double)
  /// Something that a user should know and that stops nothing.
  case note(String)
}

/// What is about to be fetched.
public struct HubPlan: Sendable, Equatable {
  /// Owner and name of the repository.
  public let repository: String
  /// The commit, 40 hexadecimal digits.
  public let commit: String
  /// The files that are not here yet.
  public let fileCount: Int
  /// What has to come, in bytes, without what is here of files that were interrupted.
  public let byteCount: Int
  /// What is here of files that were interrupted, in bytes.
  public let resumedByteCount: Int
  /// The folder that it comes to.
  public let folder: String
  /// The bytes that are free there.
  public let freeByteCount: Int
}

/// How far a fetch is.
public struct HubProgress: Sendable, Equatable {
  /// The bytes that have come, with those that were here.
  public let byteCount: Int
  /// The bytes of all files that are fetched.
  public let totalByteCount: Int
  /// The bytes that came in this run.
  public let receivedByteCount: Int
  /// The time since the run began, in seconds.
  public let seconds: Double
}
