// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors

/// A file mapped read-only into memory.
///
/// The mapping lives as long as the object. A file that somebody truncates while it is mapped makes
/// the system raise a signal on access; that is the one failure which no check here can turn into
/// an error, and it is why outputs are always renamed into place, never written over.
@safe public final class MappedFile: @unchecked Sendable {
  /// The path it was opened by, for messages.
  public let path: String
  /// The size of the file in bytes.
  public let byteCount: Int
  private let base: UnsafeRawPointer?

  /// Maps a whole file.
  ///
  /// - Throws: `SPINError` with code `missingInput` if it does not exist, is a directory or cannot
  ///   be read; `inputOutput` if it cannot be mapped.
  public init(path: String) throws {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SPINError.cannotOpen(path, errno: errno) }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw SPINError.cannotOpen(path, errno: errno)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw SPINError(.missingInput, at: path, "is not a regular file")
    }
    self.path = path
    byteCount = Int(status.st_size)
    guard byteCount > 0 else {
      unsafe base = nil
      return
    }
    let mapped = unsafe mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else {
      throw SPINError(
        .inputOutput, at: path, "cannot be mapped into memory (\(SPINError.reason(errno)))")
    }
    unsafe base = UnsafeRawPointer(mapped)
  }

  deinit {
    if let base = unsafe base {
      unsafe munmap(UnsafeMutableRawPointer(mutating: base), byteCount)
    }
  }

  /// Calls `body` with the bytes of `range`.
  ///
  /// - Precondition: `range` lies inside the file.
  public func withBytes<Result>(
    _ range: Range<Int>, _ body: (RawSpan) throws -> Result
  ) rethrows -> Result {
    try unsafe withUnsafeBytes(range) { try unsafe body($0.bytes) }
  }

  /// Calls `body` with the bytes of the whole file.
  public func withBytes<Result>(_ body: (RawSpan) throws -> Result) rethrows -> Result {
    try withBytes(0..<byteCount, body)
  }

  /// The bytes of `range`, copied.
  public func bytes(_ range: Range<Int>) -> [UInt8] {
    unsafe withUnsafeBytes(range) { unsafe [UInt8]($0) }
  }

  /// Calls `body` with a pointer to the bytes of `range`, for kernels.
  @unsafe package func withUnsafeBytes<Result>(
    _ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    precondition(range.lowerBound >= 0 && range.upperBound <= byteCount, "range outside the file")
    let start = unsafe base.map { unsafe $0 + range.lowerBound }
    return try unsafe body(UnsafeRawBufferPointer(start: start, count: range.count))
  }

  /// A pointer into the file, valid as long as this object lives.
  @unsafe package func pointer(at offset: Int) -> UnsafeRawPointer {
    guard let base = unsafe base, offset >= 0, offset <= byteCount else {
      preconditionFailure("offset outside the file")
    }
    return unsafe base + offset
  }

  /// Lets the system drop the pages of `range` from memory; they are read again when touched.
  ///
  /// Resident size is what a memory budget counts, and a mapped checkpoint would otherwise stay
  /// resident block after block.
  public func releasePages(_ range: Range<Int>) {
    let page = Int(getpagesize())
    let start = (range.lowerBound + page - 1) / page * page
    let end = range.upperBound / page * page
    guard let base = unsafe base, start < end else { return }
    unsafe madvise(
      UnsafeMutableRawPointer(mutating: unsafe base + start), end - start, MADV_DONTNEED)
  }
}
