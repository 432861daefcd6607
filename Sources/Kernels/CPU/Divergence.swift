// SPDX-License-Identifier: Apache-2.0

import Foundation

extension CPUDevice {
  /// KL(p || q) of each row in nats, where p and q are the softmax of two rows of logits.
  ///
  ///     KL = sum over j of p_j * (log p_j - log q_j)
  ///
  /// Computed in double precision, adding tokens in order; exactly 0 where the rows are equal.
  ///
  /// - Parameters:
  ///   - p: Logits `[R, V]`.
  ///   - q: Logits `[R, V]`.
  public func divergences(of p: MatrixView, from q: MatrixView) -> [Double] {
    precondition(p.rows == q.rows && p.columns == q.columns, "q: shape")
    var result = [Double](repeating: 0, count: p.rows)
    unsafe result.withUnsafeMutableBufferPointer { result in
      let result = unsafe result
      forEach(p.rows) { _, row in
        let (a, b) = unsafe (p.pointer(row: row), q.pointer(row: row))
        let (first, second) = unsafe (
          Self.logSumExp(a, p.columns), Self.logSumExp(b, p.columns)
        )
        var sum = 0.0
        for j in 0..<p.columns {
          let (x, y) = unsafe (Double(a[j]) - first, Double(b[j]) - second)
          let share = exp(x)
          // A token whose probability under p underflows to zero contributes nothing, whatever q
          // is.
          if share > 0 { sum += share * (x - y) }
        }
        unsafe result[row] = sum
      }
    }
    return result
  }

  private static func logSumExp(_ row: UnsafeMutablePointer<Float>, _ count: Int) -> Double {
    var largest = -Float.infinity
    for j in 0..<count { largest = unsafe max(largest, row[j]) }
    var sum = 0.0
    for j in 0..<count { sum += unsafe exp(Double(row[j]) - Double(largest)) }
    return Double(largest) + log(sum)
  }
}
