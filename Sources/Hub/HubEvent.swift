// SPDX-License-Identifier: Apache-2.0

/// A progress event of a download.
public enum HubEvent: Sendable, Equatable {
  /// The plan of a download, reported before the first file is requested.
  case plan(HubPlan)
  /// The progress, at most five times a second.
  case progress(HubProgress)
  /// Another process is downloading the same file; this one waits for it.
  case waiting(file: String)
  /// A failed request will be sent again after a pause, in seconds.
  case retrying(subject: String, reason: String, seconds: Double)
  /// Something that the user should know and that does not stop the work.
  case note(String)
}

/// The plan of a download.
public struct HubPlan: Sendable, Equatable {
  /// The owner and name of the repository.
  public let repository: String
  /// The commit, 40 hexadecimal digits.
  public let commit: String
  /// The number of files that are not in the cache yet.
  public let fileCount: Int
  /// The number of bytes to download, without those of partial downloads.
  public let byteCount: Int
  /// The number of bytes that partial downloads contribute.
  public let resumedByteCount: Int
  /// The folder of the repository in the cache.
  public let folder: String
  /// The free disk space there, in bytes.
  public let freeByteCount: Int
}

/// The progress of a download.
public struct HubProgress: Sendable, Equatable {
  /// The number of bytes on disk, including those of earlier runs.
  public let byteCount: Int
  /// The number of bytes of all files of the plan.
  public let totalByteCount: Int
  /// The number of bytes received in this run.
  public let receivedByteCount: Int
  /// The time since the download began, in seconds.
  public let seconds: Double
}
