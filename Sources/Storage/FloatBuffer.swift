// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// Float32 numbers at a fixed, cache-line-aligned address, zero at first.
///
/// A buffer of the program's own memory (`init(count:)`) is read and written by subscript, `values` and spans. One
/// that a device made (`Device.buffer`) may lie elsewhere: only operations of that device, and its `download` and
/// `upload`, reach it, and everything here that touches numbers traps.
///
/// Kernels of several threads write disjoint parts of one buffer at a time; whoever hands a buffer
/// to them sees to it that the parts are disjoint. That promise is what `@unchecked Sendable` means
/// here.
@safe public final class FloatBuffer: @unchecked Sendable {
  /// How many numbers it holds.
  public let count: Int
  /// Whether they are in the program's memory or a device's.
  public let place: MemoryPlace
  /// The first of them; where the place is a device's, what the device calls it by.
  @unsafe package let base: UnsafeMutablePointer<Float>
  /// Which buffer this is.
  package let identity = MemoryIdentity()
  /// How often the program changed the numbers: a device that keeps a copy of a buffer of the program's
  /// memory compares it.
  package var version: Int { changes.load(ordering: .relaxed) }
  private let changes = Atomic<Int>(0)
  private let release: (() -> Void)?

  private var byteCount: Int { max(count, 1) * MemoryLayout<Float>.stride }
  /// From this size on memory is allocated from the operating system, and returned to it when freed.
  private static let mappedFrom = 1 << 20

  /// A buffer of a device's memory.
  ///
  /// - Parameters:
  ///   - base: What the device calls the memory by; nothing here follows it.
  ///   - count: How many numbers it holds, zeros.
  ///   - place: Which device's.
  ///   - release: Gives the memory back.
  @unsafe package init(
    base: UnsafeMutablePointer<Float>, count: Int, place: MemoryPlace, release: @escaping () -> Void
  ) {
    precondition(count >= 0, "count is negative")
    unsafe (self.base, self.count, self.place) = (base, count, place)
    self.release = release
  }

  /// A buffer of zeros.
  public init(count: Int) {
    precondition(count >= 0, "count is negative")
    self.count = count
    place = .host
    release = nil
    let bytes = max(count, 1) * MemoryLayout<Float>.stride
    if bytes >= Self.mappedFrom {
      let mapped = unsafe mmap(
        nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | anonymousMapping, -1, 0)
      guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else {
        MemoryFailure.wasRefused.store(true, ordering: .relaxed)
        preconditionFailure("out of memory: \(bytes) bytes for a buffer")
      }
      #if os(Linux)
        unsafe madvise(mapped, bytes, 14)  // MADV_HUGEPAGE: fewer page faults and TLB misses
      #endif
      unsafe base = mapped.bindMemory(to: Float.self, capacity: max(count, 1))
    } else {
      unsafe base = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        .bindMemory(to: Float.self, capacity: max(count, 1))
      unsafe base.initialize(repeating: 0, count: count)
    }
  }

  /// A buffer that holds a copy of `values`.
  public convenience init(_ values: [Float]) {
    self.init(count: values.count)
    unsafe base.update(from: values, count: values.count)
  }

  deinit {
    if let release {
      release()
    } else if byteCount >= Self.mappedFrom {
      unsafe munmap(base, byteCount)
    } else {
      unsafe UnsafeMutableRawPointer(base).deallocate()
    }
  }

  /// Traps where the numbers are not the program's to touch.
  private func requireHost() {
    precondition(place == .host, "a device's memory: download it, or upload to it")
  }

  private func willChange() {
    requireHost()
    changes.wrappingAdd(1, ordering: .relaxed)
  }

  /// One number; traps outside the buffer.
  public subscript(index: Int) -> Float {
    get {
      requireHost()
      precondition(index >= 0 && index < count, "index outside the buffer")
      return unsafe base[index]
    }
    set {
      willChange()
      precondition(index >= 0 && index < count, "index outside the buffer")
      unsafe base[index] = newValue
    }
  }

  /// The numbers of `range`, copied.
  public func values(_ range: Range<Int>) -> [Float] {
    requireHost()
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "range outside the buffer")
    return unsafe [Float](UnsafeBufferPointer(start: base + range.lowerBound, count: range.count))
  }

  /// All numbers, copied.
  public var values: [Float] { values(0..<count) }

  /// Sets every number to zero.
  public func clear() {
    willChange()
    unsafe base.update(repeating: 0, count: count)
  }

  /// Calls `body` with the numbers of `range`, without copying them.
  public func withSpan<Result>(
    _ range: Range<Int>, _ body: (Span<Float>) throws -> Result
  ) rethrows -> Result {
    requireHost()
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "range outside the buffer")
    let part = unsafe UnsafeBufferPointer(start: base + range.lowerBound, count: range.count)
    return try unsafe body(part.span)
  }

  /// Calls `body` with the numbers of `range`, to be written.
  public func withMutableSpan<Result>(
    _ range: Range<Int>, _ body: (inout MutableSpan<Float>) throws -> Result
  ) rethrows -> Result {
    willChange()
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "range outside the buffer")
    let part = unsafe UnsafeMutableBufferPointer(start: base + range.lowerBound, count: range.count)
    var span = unsafe part.mutableSpan
    return try body(&span)
  }
}

#if os(Linux)
  private let anonymousMapping = Int32(MAP_ANONYMOUS)
#else
  private let anonymousMapping = MAP_ANON
#endif
