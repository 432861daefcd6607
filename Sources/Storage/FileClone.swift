// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors

extension FileSystem {
  /// Copies a file to a new name, as a copy-on-write clone if the file system supports it (btrfs,
  /// XFS, APFS); links are followed.
  ///
  /// The copy is durable when this function returns.
  ///
  /// - Parameters:
  ///   - source: The file to copy.
  ///   - target: The new name, which must not exist.
  ///   - shouldStop: Called between pieces; true ends the work with an error of code `interrupted`.
  /// - Returns: Whether the two files share storage.
  @discardableResult
  package static func clone(
    _ source: String, to target: String, shouldStop: () -> Bool = { false }
  ) throws -> Bool {
    try FileFault.check(.clone, target)
    let input = try RandomAccessFile(path: source, .read)
    let output = try RandomAccessFile(path: target, .create)
    let isShared = share(input, with: output)
    if !isShared { try copy(input, to: output, source, shouldStop) }
    try output.synchronize()
    return isShared
  }

  private static func share(_ input: RandomAccessFile, with output: RandomAccessFile) -> Bool {
    #if os(Linux)
      // FICLONE of linux/fs.h, _IOW(0x94, 9, int), which the Glibc module does not export.
      return ioctl(output.descriptor, 0x4004_9409, input.descriptor) == 0
    #elseif canImport(Darwin)
      return unsafe fcopyfile(
        input.descriptor, output.descriptor, nil, copyfile_flags_t(COPYFILE_CLONE)) == 0
    #else
      return false
    #endif
  }

  private static func copy(
    _ input: RandomAccessFile, to output: RandomAccessFile, _ source: String,
    _ shouldStop: () -> Bool
  ) throws {
    let count = try input.byteCount()
    let piece = 4 << 20
    for start in stride(from: 0, to: count, by: piece) {
      guard !shouldStop() else {
        throw SPINError.stopped(at: source, "stopped while it was copied")
      }
      try output.write(try input.read(count: min(piece, count - start), at: start), at: start)
    }
  }
}
