// SPDX-License-Identifier: Apache-2.0

/// p-values of several tests, made larger so that one false alarm among all of them is as rare as
/// the level says.
public enum HolmCorrection {
  /// The adjusted p-values, in the order given.
  ///
  /// - Source: Holm 1979, Scandinavian Journal of Statistics 6, 65-70.
  public static func adjusted(_ pValues: [Double]) -> [Double] {
    var result = pValues
    var largest = 0.0
    let order = pValues.indices.sorted { (pValues[$0], $0) < (pValues[$1], $1) }
    for (rank, index) in order.enumerated() {
      largest = max(largest, min(1, pValues[index] * Double(pValues.count - rank)))
      result[index] = largest
    }
    return result
  }
}
