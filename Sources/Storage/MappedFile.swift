// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import Synchronization

/// A file mapped into memory; nothing that is done with it reaches the file.
///
/// The mapping lives as long as the object. A file that somebody truncates while it is mapped makes
/// the system raise a signal on access; that is the one failure which no check here can turn into
/// an error, and it is why outputs are always renamed into place, never overwritten.
@safe public final class MappedFile: @unchecked Sendable {
  /// The path it was opened by, for messages.
  public let path: String
  /// The size of the file in bytes.
  public let byteCount: Int
  /// What the file was when it was opened.
  package let mark: FileMark
  /// Which mapping this is; two of one file are two.
  package let identity = MemoryIdentity()
  /// How often other bytes were put over those of the file, or taken away again.
  package var version: Int { changes.load(ordering: .relaxed) }
  private let changes = Atomic<Int>(0)
  private let base: UnsafeRawPointer?
  /// Where pages begin that hold other bytes than the file, ascending.
  private let overlaidPages = Mutex<[Int]>([])

  /// Maps a whole file.
  ///
  /// - Throws: `SPINError` with code `missingInput` if it does not exist, is no regular file or cannot
  ///   be read; `outOfMemory` if the system has no addresses for it; `inputOutput` if it cannot be mapped otherwise.
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

  /// The same file, mapped once more: what is put over one of the two, the other does not see.
  ///
  /// Pages that neither changes are in memory only once, but count as resident for each that touched them.
  ///
  /// - Throws: `SPINError` as `init`; with code `inputOutput` where another file has its name by now.
  package func mappedAgain() throws -> MappedFile {
    let other = try MappedFile(path: path)
    guard other.mark == mark else {
      throw SPINError(
        .inputOutput, at: path, "was changed by another program while it was used",
        remedy: "repeat the command when nothing else writes to it")
    }
    return other
  }

  /// Bytes of pages that hold other bytes than the file: memory of this process that cannot be released.
  package var privateByteCount: Int {
    overlaidPages.withLock { $0.count } * Int(getpagesize())
  }

  /// Overlays other bytes on those of the file, visible through this object only.
  ///
  /// The pages concerned become copies of this process. No thread may read them meanwhile.
  ///
  /// - Precondition: The bytes lie inside the file.
  /// - Throws: `SPINError` with code `inputOutput` where the system refuses to copy the pages.
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

  /// Lets the system drop the pages of `range` from memory; they are read again when touched.
  ///
  /// Resident size is what a memory budget counts, and a mapped checkpoint would otherwise stay
  /// resident block after block. Pages under an overlay stay: the system would give back the file's.
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
  /// The first index whose element satisfies a condition that holds from some index on.
  fileprivate func partitioningIndex(_ condition: (Element) -> Bool) -> Int {
    var range = 0..<count
    while !range.isEmpty {
      let middle = (range.lowerBound + range.upperBound) / 2
      range = condition(self[middle]) ? range.lowerBound..<middle : middle + 1..<range.upperBound
    }
    return range.lowerBound
  }
}
