// SPDX-License-Identifier: Apache-2.0

extension Int {
  /// The integer nearest to a number, which may come from a file: 0 for NaN, and the smallest or
  /// largest integer beyond 64 bits, where `Int(_:)` would trap.
  package init(saturating number: Double) {
    let whole = number.rounded()
    self =
      Int(exactly: whole)
      ?? (whole.isNaN ? 0 : whole < 0 ? .min : .max)
  }
}
