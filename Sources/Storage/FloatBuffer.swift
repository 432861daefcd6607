// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// A buffer of Float32 elements at a fixed, cache-line-aligned address, initially zero.
///
/// A buffer in host memory (`init(count:)`) is read and written by subscript, `values` and spans.
/// One that a device allocated (`Device.buffer`) may be in the device's memory: only operations of
/// that device, including its `download` and `upload`, can access it, and every member here that
/// accesses elements traps.
///
/// Several threads may run kernels that write disjoint parts of one buffer. The code that starts
/// them ensures that the parts are disjoint; `@unchecked Sendable` relies on this.
@safe public final class FloatBuffer: @unchecked Sendable {
  /// The number of elements.
  public let count: Int
  /// Whether the elements are in host memory or in a device's memory.
  public let place: MemoryPlace
  /// The address of the first element; for a device's memory, the device's handle.
  @unsafe package let base: UnsafeMutablePointer<Float>
  /// The identity of this buffer among all of the process.
  package let identity = MemoryIdentity()
  /// The number of changes made through this object, by which a device recognizes whether its copy
  /// of a buffer in host memory is stale.
  package var version: Int { changes.load(ordering: .relaxed) }
  private let changes = Atomic<Int>(0)
  private let release: (() -> Void)?

  private var byteCount: Int { max(count, 1) * MemoryLayout<Float>.stride }
  /// The size in bytes from which memory is mapped directly from the operating system, and returned
  /// to it when freed.
  private static let mappedFrom = 1 << 20

  /// A buffer in a device's memory.
  ///
  /// - Parameters:
  ///   - base: The device's handle for the memory, which is never dereferenced here.
  ///   - count: The number of elements, which the device has set to zero.
  ///   - place: The device that owns the memory.
  ///   - release: Frees the memory.
  @unsafe package init(
    base: UnsafeMutablePointer<Float>, count: Int, place: MemoryPlace, release: @escaping () -> Void
  ) {
    precondition(count >= 0, "count is negative")
    unsafe (self.base, self.count, self.place) = (base, count, place)
    self.release = release
  }

  /// A buffer of zeros in host memory; traps if the system refuses the memory.
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

  /// A buffer in host memory with a copy of `values`.
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

  /// Traps unless the elements are in host memory.
  private func requireHost() {
    precondition(place == .host, "a device's memory: download it, or upload to it")
  }

  private func willChange() {
    requireHost()
    changes.wrappingAdd(1, ordering: .relaxed)
  }

  /// The element at an index; traps outside the buffer.
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

  /// A copy of the elements in `range`; traps outside the buffer.
  public func values(_ range: Range<Int>) -> [Float] {
    requireHost()
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "range outside the buffer")
    return unsafe [Float](UnsafeBufferPointer(start: base + range.lowerBound, count: range.count))
  }

  /// A copy of all elements.
  public var values: [Float] { values(0..<count) }

  /// Sets every element to zero.
  public func clear() {
    willChange()
    unsafe base.update(repeating: 0, count: count)
  }

  /// Calls `body` with the elements in `range`, without copying them.
  public func withSpan<Result>(
    _ range: Range<Int>, _ body: (Span<Float>) throws -> Result
  ) rethrows -> Result {
    requireHost()
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "range outside the buffer")
    let part = unsafe UnsafeBufferPointer(start: base + range.lowerBound, count: range.count)
    return try unsafe body(part.span)
  }

  /// Calls `body` with the elements in `range`, for reading and writing in place.
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
