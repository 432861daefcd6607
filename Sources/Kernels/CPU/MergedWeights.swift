// SPDX-License-Identifier: Apache-2.0

import CKernels
public import SPINStorage

/// The operations that merge a low-rank change into a weight, some rows at a time.
///
/// Every step is rounded to Float32 separately, never fused, as in PyTorch on a CPU: the product of
/// the factors, its scale, the sum with the weight, the factor of a row. The result is rounded to
/// the weight's own type only at the end.
extension CPUDevice {
  /// D = W + scale * D for some rows of a weight.
  ///
  /// - Parameters:
  ///   - weight: W `[N, K]`.
  ///   - rows: The rows of W.
  ///   - scale: The factor of the change.
  ///   - change: D `[rows, K]`, replaced by the result.
  public func addWeight(
    _ weight: WeightMatrix, rows: Range<Int>, scale: Float, change: MatrixView
  ) {
    precondition(change.columns == weight.columns && change.rows == rows.count, "change: shape")
    precondition(rows.lowerBound >= 0 && rows.upperBound <= weight.rows, "rows outside the matrix")
    let kernels = unsafe kernels
    let columns = weight.columns
    let scratch = unsafe perWorker(columns)
    let block = 32
    forEach((rows.count + block - 1) / block) { worker, task in
      for row in task * block..<min(rows.count, (task + 1) * block) {
        let (values, result) = unsafe (scratch[worker], change.pointer(row: row))
        unsafe kernels.widen(
          weight.code, weight.pointer(row: rows.lowerBound + row), columns, values)
        for column in 0..<columns {
          unsafe result[column] = values[column] + scale * result[column]
        }
      }
    }
  }

  /// The Euclidean norm of each row.
  ///
  /// Squares are added in double precision, in sixteen interleaved partial sums, which are then
  /// added in order. The norm is rounded to Float32 once.
  public func rowNorms(_ matrix: MatrixView) -> [Float] {
    var norms = [Float](repeating: 0, count: matrix.rows)
    let columns = matrix.columns
    unsafe norms.withUnsafeMutableBufferPointer { norms in
      let norms = unsafe norms
      forEachRowBlock(matrix.rows) { rows in
        for row in rows {
          let values = unsafe matrix.pointer(row: row)
          var sums = SIMD16<Double>()
          var column = 0
          while column + 16 <= columns {
            let part = unsafe SIMD16<Double>(
              UnsafeRawPointer(values + column).loadUnaligned(as: SIMD16<Float>.self))
            sums += part * part
            column += 16
          }
          for lane in 0..<columns - column {
            let value = unsafe Double(values[column + lane])
            sums[lane] += value * value
          }
          var total = 0.0
          for lane in 0..<16 { total += sums[lane] }
          unsafe norms[row] = Float(total.squareRoot())
        }
      }
    }
    return norms
  }

  /// Multiplies each row by its factor, one per row.
  public func scaleRows(_ matrix: MatrixView, by factors: [Float]) {
    precondition(factors.count == matrix.rows, "factors: count")
    let columns = matrix.columns
    forEachRowBlock(matrix.rows) { rows in
      for row in rows {
        let (values, factor) = unsafe (matrix.pointer(row: row), factors[row])
        for column in 0..<columns { unsafe values[column] *= factor }
      }
    }
  }

  /// The rows of a matrix as the bytes that a checkpoint stores, little-endian, rounded to `type`
  /// with ties to even.
  public func encoded(_ matrix: MatrixView, as type: ElementType) -> [UInt8] {
    let (columns, size) = (matrix.columns, type.byteCount)
    let total = matrix.rows * columns * size
    return unsafe [UInt8](unsafeUninitializedCapacity: total) { buffer, count in
      count = total
      guard let base = UnsafeMutableRawPointer(buffer.baseAddress) else { return }
      let target = unsafe EncodedRows(base: base)
      forEachRowBlock(matrix.rows) { rows in
        for row in rows {
          let values = unsafe matrix.pointer(row: row)
          let start = unsafe target.base + row * columns * size
          switch type {
          case .float32:
            for column in 0..<columns {
              unsafe start.storeBytes(
                of: values[column].bitPattern.littleEndian, toByteOffset: 4 * column,
                as: UInt32.self)
            }
          case .float16:
            for column in 0..<columns {
              unsafe start.storeBytes(
                of: HalfPrecision.float16(values[column]).littleEndian, toByteOffset: 2 * column,
                as: UInt16.self)
            }
          case .bfloat16:
            for column in 0..<columns {
              unsafe start.storeBytes(
                of: HalfPrecision.bfloat16(values[column]).littleEndian, toByteOffset: 2 * column,
                as: UInt16.self)
            }
          }
        }
      }
    }
  }

  /// Memory of which each task writes its own part.
  @safe private struct EncodedRows: @unchecked Sendable {
    @unsafe let base: UnsafeMutableRawPointer
  }
}
