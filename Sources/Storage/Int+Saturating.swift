// SPDX-License-Identifier: Apache-2.0

extension Int {
  /// The whole number nearest to a number that a file may have stated: 0 for not-a-number, the smallest or largest
  /// integer beyond 64 bits, where `Int(_:)` ends the program.
  package init(saturating number: Double) {
    let whole = number.rounded()
    self =
      Int(exactly: whole)
      ?? (whole.isNaN ? 0 : whole < 0 ? .min : .max)
  }
}
