// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors

/// An open file that is read and written at offsets.
///
/// Reads and writes at different offsets may run on several threads at once.
package final class RandomAccessFile: Sendable {
  /// How to open a file.
  package enum Access: Sendable {
    /// An existing file, read-only.
    case read
    /// An existing file, read and written in place.
    case update
    /// A new file; an existing one is an error.
    case create
    /// A file that is created if it is absent and otherwise retains its contents; a symbolic link
    /// is an error.
    case createOrUpdate
  }

  /// The path by which the file was opened, for messages.
  package let path: String
  let descriptor: Int32

  /// Opens a regular file; anything else at the path is an error.
  package init(path: String, _ access: Access) throws {
    let flags: Int32 =
      switch access {
      case .read: O_RDONLY
      case .update: O_RDWR
      case .create: O_RDWR | O_CREAT | O_EXCL
      case .createOrUpdate: O_RDWR | O_CREAT | O_NOFOLLOW
      }
    switch access {
    case .create, .createOrUpdate:
      try OutputFolder.willWrite(path)
      try FileFault.check(.create, path)
    case .read, .update: break
    }
    self.path = path
    if access == .read {
      descriptor = try RegularFile.open(path, flags)
      return
    }
    // Only a regular file may be an output; `O_NONBLOCK` avoids waiting for the reader of a FIFO.
    try RegularFile.check(FileSystem.mode(path), path)
    descriptor = unsafe open(path, flags | O_CLOEXEC | O_NONBLOCK, 0o666)
    guard descriptor >= 0 else { throw SPINError.cannotCreate(path, errno: errno) }
  }

  deinit { close(descriptor) }

  /// The size of the file in bytes.
  package func byteCount() throws -> Int {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw SPINError.cannotRead(path, errno: errno)
    }
    return Int(status.st_size)
  }

  /// Writes all of `bytes` at an offset, extending the file if necessary.
  package func write(_ bytes: RawSpan, at offset: Int) throws {
    try FileFault.check(.write, path)
    try unsafe bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count {
        let count = unsafe pwrite(
          descriptor, buffer.baseAddress.map { unsafe $0 + done }, buffer.count - done,
          off_t(offset + done))
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else {
          throw SPINError.cannotWrite(path, errno: count < 0 ? errno : ENOSPC)
        }
        done += count
      }
    }
  }

  /// Writes all bytes of an array at an offset, extending the file if necessary.
  package func write(_ bytes: [UInt8], at offset: Int) throws {
    try unsafe write(bytes.span.bytes, at: offset)
  }

  /// Writes values at a byte offset, in the machine's byte order.
  package func write(_ values: Span<Float>, at offset: Int) throws {
    try unsafe write(values.bytes, at: offset)
  }

  /// Writes values at a byte offset, in the machine's byte order.
  package func write(_ values: [Float], at offset: Int) throws {
    try unsafe write(values.span.bytes, at: offset)
  }

  /// Fills `bytes` with the contents from an offset.
  ///
  /// - Throws: `SPINError` with code `inputOutput` if the file ends too early.
  package func read(into bytes: inout MutableRawSpan, at offset: Int) throws {
    try unsafe bytes.withUnsafeMutableBytes { buffer in
      var done = 0
      while done < buffer.count {
        let count = unsafe pread(
          descriptor, buffer.baseAddress.map { unsafe $0 + done }, buffer.count - done,
          off_t(offset + done))
        if count < 0 && errno == EINTR { continue }
        guard count >= 0 else { throw SPINError.cannotRead(path, errno: errno) }
        guard count > 0 else {
          throw SPINError(
            .inputOutput, at: path,
            "ends at byte \(offset + done), \(buffer.count) bytes at \(offset) were expected")
        }
        done += count
      }
    }
  }

  /// The `count` bytes at an offset.
  package func read(count: Int, at offset: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var span = bytes.mutableSpan
    var raw = unsafe span.mutableBytes
    try read(into: &raw, at: offset)
    return bytes
  }

  /// Fills `values` with the contents from a byte offset, in the machine's byte order.
  package func read(into values: inout [Float], at offset: Int) throws {
    var span = values.mutableSpan
    var raw = unsafe span.mutableBytes
    try read(into: &raw, at: offset)
  }

  /// Fills `values` with the contents from a byte offset, in the machine's byte order.
  package func read(into values: inout MutableSpan<Float>, at offset: Int) throws {
    var raw = unsafe values.mutableBytes
    try read(into: &raw, at: offset)
  }

  /// Truncates the file to a size, or extends it with zeros that take no disk space yet.
  package func truncate(to byteCount: Int) throws {
    try FileFault.check(.write, path)
    guard ftruncate(descriptor, off_t(byteCount)) == 0 else {
      throw SPINError.cannotWrite(path, errno: errno)
    }
  }

  /// Makes the contents durable, so that they survive a loss of power.
  package func synchronize() throws {
    try FileFault.check(.synchronize, path)
    #if canImport(Darwin)
      // On Darwin, fsync(2) may leave the bytes in the drive's cache.
      let result = fcntl(descriptor, F_FULLFSYNC) == 0 ? 0 : fsync(descriptor)
    #else
      let result = fsync(descriptor)
    #endif
    guard result == 0 else { throw SPINError.cannotWrite(path, errno: errno) }
  }
}
