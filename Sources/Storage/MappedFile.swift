// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import Synchronization

/// A file mapped into memory; changes of the mapping never reach the file.
///
/// The mapping lives as long as the object. If another program truncates the file meanwhile, access
/// raises a signal. No check here can turn that failure into an error, which is why outputs are
/// always renamed into place, never overwritten.
@safe public final class MappedFile: @unchecked Sendable {
  /// The path by which the file was opened, for messages.
  public let path: String
  /// The size of the file in bytes.
  public let byteCount: Int
  /// The state of the file when it was opened.
  package let mark: FileMark
  /// The identity of this mapping; two mappings of one file have different ones.
  package let identity = MemoryIdentity()
  /// The number of overlays so far, each of which changes the visible bytes.
  package var version: Int { changes.load(ordering: .relaxed) }
  private let changes = Atomic<Int>(0)
  private let base: UnsafeRawPointer?
  /// The offsets of the pages that differ from the file because of overlays, ascending.
  private let overlaidPages = Mutex<[Int]>([])

  /// Maps a whole file.
  ///
  /// - Throws: `SPINError` with code `missingInput` if the file does not exist, is not a regular
  ///   file or cannot be read; `outOfMemory` if there is not enough address space; `inputOutput` if
  ///   it cannot be mapped for another reason.
  public init(path: String) throws {
    let descriptor = try RegularFile.open(path, O_RDONLY)
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw SPINError.cannotOpen(path, errno: errno)
    }
    self.path = path
    byteCount = Int(status.st_size)
    mark = FileMark(status)
    guard byteCount > 0 else {
      unsafe base = nil
      return
    }
    let mapped = unsafe mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else {
      let number = errno
      throw SPINError(
        number == ENOMEM ? .outOfMemory : .inputOutput, at: path,
        "cannot be mapped into memory (\(SPINError.reason(number)))",
        remedy: number == ENOMEM
          ? "its \(byteCount) bytes need addresses: raise the limit (`ulimit -v`), or that of the container"
          : nil)
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
  /// - Precondition: `range` is inside the file.
  public func withBytes<Result>(
    _ range: Range<Int>, _ body: (RawSpan) throws -> Result
  ) rethrows -> Result {
    try unsafe withUnsafeBytes(range) { try unsafe body($0.bytes) }
  }

  /// Calls `body` with the bytes of the whole file.
  public func withBytes<Result>(_ body: (RawSpan) throws -> Result) rethrows -> Result {
    try withBytes(0..<byteCount, body)
  }

  /// A copy of the bytes of `range`, which must be inside the file.
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

  /// A second mapping of the same file, in which overlays of this one are not visible, nor the
  /// other way round.
  ///
  /// Pages that neither mapping changes are in memory only once, but count as resident in each
  /// mapping that accessed them.
  ///
  /// - Throws: `SPINError` like `init`; with code `inputOutput` if the file was changed or
  ///   replaced.
  package func mappedAgain() throws -> MappedFile {
    let other = try MappedFile(path: path)
    guard other.mark == mark else {
      throw SPINError(
        .inputOutput, at: path, "was changed by another program while it was used",
        remedy: "repeat the command when nothing else writes to it")
    }
    return other
  }

  /// The size in bytes of the pages changed by overlays: private memory that cannot be released.
  package var privateByteCount: Int {
    overlaidPages.withLock { $0.count } * Int(getpagesize())
  }

  /// Overlays bytes on those of the file, visible only through this object.
  ///
  /// The affected pages become private copies. No thread may read them during the call.
  ///
  /// - Precondition: The bytes are inside the file.
  /// - Throws: `SPINError` with code `inputOutput` if the system does not permit the change.
  package func overlay(_ bytes: [UInt8], at offset: Int) throws {
    precondition(offset >= 0 && offset + bytes.count <= byteCount, "overlay outside the file")
    guard let base = unsafe base, !bytes.isEmpty else { return }
    changes.wrappingAdd(1, ordering: .relaxed)
    let page = Int(getpagesize())
    let start = offset / page * page
    let length = offset + bytes.count - start
    let target = unsafe UnsafeMutableRawPointer(mutating: base)
    guard unsafe mprotect(target + start, length, PROT_READ | PROT_WRITE) == 0 else {
      throw SPINError(
        .inputOutput, at: path, "its mapping cannot be changed (\(SPINError.reason(errno)))")
    }
    overlaidPages.withLock { pages in
      for place in Swift.stride(from: start, to: start + length, by: page) {
        let index = pages.partitioningIndex { $0 >= place }
        if index == pages.count || pages[index] != place { pages.insert(place, at: index) }
      }
    }
    unsafe bytes.withUnsafeBytes { source in
      guard let first = source.baseAddress else { return }
      unsafe (target + offset).copyMemory(from: first, byteCount: source.count)
    }
  }

  /// Lets the operating system drop the pages of `range` from memory; they are read again when
  /// accessed.
  ///
  /// A memory budget counts resident pages, and without this call a mapped checkpoint would become
  /// resident block by block. Pages with an overlay are kept, because the system would restore the
  /// bytes of the file.
  public func releasePages(_ range: Range<Int>) {
    let page = Int(getpagesize())
    var start = (range.lowerBound + page - 1) / page * page
    let end = range.upperBound / page * page
    guard start < end else { return }
    let kept = overlaidPages.withLock { pages in
      pages[pages.partitioningIndex { $0 >= start }...].prefix { $0 < end }
    }
    for place in kept {
      drop(start..<place)
      start = place + page
    }
    drop(start..<end)
  }

  private func drop(_ range: Range<Int>) {
    guard let base = unsafe base, !range.isEmpty else { return }
    unsafe madvise(
      UnsafeMutableRawPointer(mutating: unsafe base + range.lowerBound), range.count,
      MADV_DONTNEED)
  }
}

extension Array {
  /// The first index at which a condition holds, found by bisection; the condition must hold for
  /// all later elements.
  fileprivate func partitioningIndex(_ condition: (Element) -> Bool) -> Int {
    var range = 0..<count
    while !range.isEmpty {
      let middle = (range.lowerBound + range.upperBound) / 2
      range = condition(self[middle]) ? range.lowerBound..<middle : middle + 1..<range.upperBound
    }
    return range.lowerBound
  }
}
