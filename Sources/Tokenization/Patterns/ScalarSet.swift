// SPDX-License-Identifier: Apache-2.0

/// A set of Unicode scalars, for classes in patterns.
struct ScalarSet: Sendable, Equatable {
  /// Disjoint, non-adjacent half-open ranges in increasing order.
  private(set) var ranges: [Range<UInt32>]

  /// One more than the largest scalar.
  static let end: UInt32 = 0x110000

  /// The empty set.
  init() { ranges = [] }

  /// The set of all scalars in any of the ranges, which may overlap.
  init(_ ranges: [Range<UInt32>]) {
    var merged: [Range<UInt32>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) where !range.isEmpty {
      if let last = merged.last, range.lowerBound <= last.upperBound {
        merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        merged.append(range)
      }
    }
    self.ranges = merged
  }

  /// The set with one element.
  init(_ scalar: UInt32) { ranges = [scalar..<scalar + 1] }

  /// The set of a generated table, which alternates gaps and lengths of ranges.
  init(table: [UInt32]) {
    var ranges: [Range<UInt32>] = []
    ranges.reserveCapacity(table.count / 2)
    ScalarClasses.forEachRange(table[...]) {
      ranges.append(UInt32($0.lowerBound)..<UInt32($0.upperBound))
    }
    self.ranges = ranges
  }

  /// All scalars.
  static let all = ScalarSet([0..<end])

  /// Whether the set is empty.
  var isEmpty: Bool { ranges.isEmpty }

  /// All scalars that are not in the set.
  var complement: ScalarSet {
    var gaps: [Range<UInt32>] = []
    var position: UInt32 = 0
    for range in ranges {
      if position < range.lowerBound { gaps.append(position..<range.lowerBound) }
      position = range.upperBound
    }
    if position < Self.end { gaps.append(position..<Self.end) }
    return ScalarSet(gaps)
  }

  /// The scalars in this set or the other.
  func union(_ other: ScalarSet) -> ScalarSet { ScalarSet(ranges + other.ranges) }

  /// The scalars in both this set and the other.
  func intersection(_ other: ScalarSet) -> ScalarSet {
    complement.union(other.complement).complement
  }

  /// The scalars in this set that are not in the other.
  func subtracting(_ other: ScalarSet) -> ScalarSet { intersection(other.complement) }

  /// Whether a scalar is in the set.
  func contains(_ scalar: UInt32) -> Bool {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound <= scalar { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].lowerBound <= scalar
  }
}
