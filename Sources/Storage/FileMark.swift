// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What tells a file from what it was: which file it is, how long, and when it was last written and changed.
///
/// A program that writes into a file moves its times, one that replaces it its number. Times that somebody sets back
/// leave the time of the last change (`ctime`), which no program can set.
package struct FileMark: Sendable, Equatable {
  /// The device that holds the file.
  package let device: UInt64
  /// The number of the file on its device.
  package let number: UInt64
  /// The size in bytes.
  package let byteCount: Int
  /// Seconds and nanoseconds of the last write.
  private let written: [Int]
  /// Seconds and nanoseconds of the last change of content, names or permissions.
  private let changed: [Int]

  /// The mark of an open file.
  init?(_ descriptor: Int32) {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { return nil }
    self.init(status)
  }

  /// The mark of what is at a path, links followed; nil where nothing does.
  package init?(path: String) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    self.init(status)
  }

  init(_ status: stat) {
    device = UInt64(truncatingIfNeeded: status.st_dev)
    number = UInt64(truncatingIfNeeded: status.st_ino)
    byteCount = Int(status.st_size)
    #if canImport(Darwin)
      written = [status.st_mtimespec.tv_sec, status.st_mtimespec.tv_nsec]
      changed = [status.st_ctimespec.tv_sec, status.st_ctimespec.tv_nsec]
    #else
      written = [status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
      changed = [status.st_ctim.tv_sec, status.st_ctim.tv_nsec]
    #endif
  }
}
