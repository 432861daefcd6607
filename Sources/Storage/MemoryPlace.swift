// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The memory in which elements are stored: host memory or that of a device.
public enum MemoryPlace: Sendable, Hashable {
  /// Host memory, which the program reads and writes directly.
  case host
  /// Memory that only the operations of a device can access, with a number that identifies the
  /// device.
  case device(UInt64)
}

/// The identity of a buffer or file mapping among all of a process.
///
/// A device uses it as the key of cached copies of weights. An address would not do, since another
/// mapping may get the same one later.
package struct MemoryIdentity: Sendable, Hashable {
  private let number: UInt64
  private static let next = Atomic<UInt64>(0)

  /// A new identity, different from all others.
  package init() { number = Self.next.wrappingAdd(1, ordering: .relaxed).newValue }
}
