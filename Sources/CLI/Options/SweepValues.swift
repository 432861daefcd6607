// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import SPINJobs

/// Shares as `spin sweep` takes them: values with commas between, and ranges.
///
/// "1e-7..1e-5" is 1e-7, 2e-7, 5e-7, 1e-6 ... 1e-5: the values of 1, 2 and 5 times a power of ten
/// between, with both ends.
public struct ShareList: ExpressibleByArgument, Equatable {
  /// The shares, ascending, each once.
  public let shares: [Double]

  /// Reads a list; nil where a part is no share or a range runs backwards.
  public init?(argument: String) {
    var shares: Set<Double> = []
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "..", omittingEmptySubsequences: false).map { Double($0) }
      guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1],
        first > 0, first <= last, last <= 1
      else { return nil }
      shares.formUnion([first, last])
      guard ends.count == 2 else { continue }
      for exponent in -20...0 {
        for digit in [1, 2, 5] {
          // Parsed, not computed: 2e-7 is the number that a user types.
          if let share = Double("\(digit)e\(exponent)"), share > first, share < last {
            shares.insert(share)
          }
        }
      }
    }
    self.shares = shares.sorted()
  }
}

/// Values with commas between: "paper,random".
public struct ValueList<Value: ExpressibleByArgument & Equatable & Sendable>:
  ExpressibleByArgument, Equatable, Sendable
{
  /// The values in the order given.
  public let values: [Value]

  /// Reads a list for an option.
  ///
  /// - Throws: `ValidationError` that names the first part that is no value, and the values that there are.
  static func parse(_ argument: String) throws -> Self {
    if let list = Self(argument: argument) { return list }
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    let wrong = parts.first { Value(argument: $0) == nil } ?? argument
    let known = Value.allValueStrings.joined(separator: ", ")
    throw ValidationError(
      wrong.isEmpty
        ? "a value between commas is missing"
        : "\"\(wrong)\" is \(known.isEmpty ? "not a valid number" : "none of \(known)")")
  }

  /// Reads a list; nil where a part is no value.
  public init?(argument: String) {
    let values = argument.split(separator: ",", omittingEmptySubsequences: false)
      .map { Value(argument: String($0)) }
    guard values.allSatisfy({ $0 != nil }) else { return nil }
    self.values = values.compactMap(\.self)
  }
}
