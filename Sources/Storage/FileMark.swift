// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The state of a file by which a later change is detected: its identity, size, and times of last
/// write and change.
///
/// Writing to a file changes its times; replacing it changes its inode number. A program can reset
/// the time of the last write (`mtime`), but not the time of the last change (`ctime`).
package struct FileMark: Sendable, Equatable {
  /// The device that contains the file.
  package let device: UInt64
  /// The inode number.
  package let number: UInt64
  /// The size in bytes.
  package let byteCount: Int
  /// The seconds and nanoseconds of the last write.
  private let written: [Int]
  /// The seconds and nanoseconds of the last change of contents, names or permissions.
  private let changed: [Int]

  /// The mark of an open file; nil if the system cannot tell.
  init?(_ descriptor: Int32) {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { return nil }
    self.init(status)
  }

  /// The mark of what is at a path, following links; nil if there is nothing.
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
