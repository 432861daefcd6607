// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Where numbers are stored: in memory that the program reads and writes itself, or in that of a device.
public enum MemoryPlace: Sendable, Hashable {
  /// Memory of the program.
  case host
  /// Memory that only the operations of a device reach, told from that of others by a number.
  case device(UInt64)
}

/// Which memory or file mapping this is, among all of a process.
///
/// A device that keeps copies of weights keeps them under this; an address would not do, since another
/// mapping may get it later.
package struct MemoryIdentity: Sendable, Hashable {
  private let number: UInt64
  private static let next = Atomic<UInt64>(0)

  /// One that nothing else has.
  package init() { number = Self.next.wrappingAdd(1, ordering: .relaxed).newValue }
}
