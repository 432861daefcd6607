// SPDX-License-Identifier: Apache-2.0

extension CPUDevice {
  /// See `Dropout`.
  public func drop(
    _ input: MatrixView, _ dropout: Dropout, rows places: [Int], result: MatrixView,
    accumulates: Bool
  ) {
    let columns = input.columns
    forEachRowBlock(input.rows) { rows in
      for row in rows {
        let (values, target) = unsafe (input.pointer(row: row), result.pointer(row: row))
        let start = places[row] * columns
        var column = 0
        while column < columns {
          let element = start + column
          let bits = dropout.generator.block(UInt64(element / 4))
          for lane in element % 4..<min(4, element % 4 + columns - column) {
            let kept = UInt64(bits[lane]) >= dropout.threshold
            let value = unsafe kept ? values[column] * dropout.factor : 0
            unsafe target[column] = accumulates ? target[column] + value : value
            column += 1
          }
        }
      }
    }
  }
}
