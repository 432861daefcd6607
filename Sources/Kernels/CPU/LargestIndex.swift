// SPDX-License-Identifier: Apache-2.0

import SPINStorage

extension CPUDevice {
  /// The column of the largest element of each row, the first if there are several; nil for a row
  /// with a NaN.
  public func largestIndices(of matrix: MatrixView) -> [Int?] {
    var found = [Int?](repeating: nil, count: matrix.rows)
    for row in 0..<matrix.rows {
      let start = matrix.offset + row * matrix.stride
      found[row] = matrix.buffer.withSpan(start..<start + matrix.columns) { values in
        var (best, index) = (-Float.infinity, 0)
        var isNumber = true
        for place in values.indices {
          let value = values[place]
          if value > best { (best, index) = (value, place) }
          isNumber = isNumber && !value.isNaN
        }
        return isNumber ? index : nil
      }
    }
    return found
  }
}
