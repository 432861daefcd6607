// SPDX-License-Identifier: Apache-2.0

import CKernels
import SPINStorage

/// The three products of a linear layer y = x W^T + b, forward and backward.
///
/// Order of sums, on which the bits of results depend: the forward product and the input gradient
/// add blocks of 256 terms, each block one chain of fused multiply-adds in increasing order. The
/// weight gradient of a sample is one chain over its tokens.
extension CPUDevice {
  /// The number of terms of a sum that form one chain.
  static let sumBlock = 256

  /// y = x W^T + b for several weights that share the input x `[T, K]`, which is packed once; a
  /// bias is the first term of its sums.
  public func linear(_ input: MatrixView, _ terms: [LinearTerm]) {
    let (tokens, depth) = (input.rows, input.columns)
    guard tokens > 0 else { return }
    let kernels = unsafe kernels
    let a = unsafe packRows([input])
    let paddedTokens = tokens.rounded(upTo: tileRows)
    let block = columnBlock(terms.map(\.weight.rows).max() ?? 0)
    let scratch = unsafe perWorker(block * Self.sumBlock)
    var tasks: [(term: LinearTerm, column: Int)] = []
    for term in terms {
      precondition(term.weight.columns == depth, "weight does not fit the input")
      precondition(term.output.rows == tokens, "output does not fit the input")
      tasks += stride(from: 0, to: term.weight.rows, by: block).map { (term, $0) }
    }
    forEach(tasks.count) { worker, task in
      let (term, column) = tasks[task]
      let (weight, output) = (term.weight, term.output)
      let count = min(block, weight.rows - column)
      if let bias = term.bias {
        for row in 0..<tokens {
          unsafe (output.pointer(row: row) + column).update(from: bias.base + column, count: count)
        }
      }
      for start in stride(from: 0, to: depth, by: Self.sumBlock) {
        guard !abandons(worker) else { return }
        let length = min(Self.sumBlock, depth - start)
        unsafe kernels.pack_rows_b(
          weight.code, weight.pointer(row: column, column: start), depth, count, length,
          scratch[worker])
        let update = start == 0 && term.bias == nil ? SPIN_STORE : SPIN_ADD
        unsafe kernels.multiply(
          tokens, count, length, a + start * paddedTokens, scratch[worker],
          output.pointer() + column, output.stride, Int32(update.rawValue))
      }
    }
  }

  /// dx = sum over terms of dy W: the gradient of the shared input of several linear layers.
  ///
  /// - Parameters:
  ///   - terms: Pairs of dy `[T, N]` and W `[N, K]`, added in this order.
  ///   - result: `[T, K]`, overwritten unless `accumulates`.
  ///   - accumulates: Whether dx is added to the result.
  public func linearInputGradient(
    _ terms: [(outputGradient: MatrixView, weight: WeightMatrix)], into result: MatrixView,
    accumulates: Bool
  ) {
    let (tokens, columns) = (result.rows, result.columns)
    guard tokens > 0 else { return }
    let kernels = unsafe kernels
    let a = unsafe packRows(terms.map(\.outputGradient))
    let paddedTokens = tokens.rounded(upTo: tileRows)
    let block = columnBlock(columns)
    let scratch = unsafe perWorker(block * Self.sumBlock)
    for term in terms {
      precondition(term.weight.columns == columns, "weight does not fit the result")
      precondition(term.outputGradient.rows == tokens, "gradient does not fit the result")
      precondition(term.outputGradient.columns == term.weight.rows, "gradient does not fit")
    }
    forEach((columns + block - 1) / block) { worker, task in
      let column = task * block
      let count = min(block, columns - column)
      var update = accumulates ? SPIN_ADD : SPIN_STORE
      var packed = unsafe a
      for term in terms {
        let depth = term.weight.rows
        for start in stride(from: 0, to: depth, by: Self.sumBlock) {
          guard !abandons(worker) else { return }
          let length = min(Self.sumBlock, depth - start)
          unsafe kernels.pack_columns_b(
            term.weight.code, term.weight.pointer(row: start, column: column), columns, count,
            length, scratch[worker])
          unsafe kernels.multiply(
            tokens, count, length, packed + start * paddedTokens, scratch[worker],
            result.pointer() + column, result.stride, Int32(update.rawValue))
          update = SPIN_ADD
        }
        unsafe packed += depth * paddedTokens
      }
    }
  }

  /// A += sum over samples s of dy_s^T x_s, or of its absolute value, element by element.
  ///
  /// The gradient of a sample is never stored: each tile of it stays in registers until it, or its
  /// absolute value, is added to the accumulator.
  ///
  /// - Parameters:
  ///   - input: x `[T, K]`, the tokens of all samples one after the other.
  ///   - terms: Pairs of dy `[T, N]` and accumulator `[N, K]`, contiguous.
  ///   - samples: The rows of each sample, in the order in which they are added.
  ///   - sum: Whether gradients or their absolute values are added.
  public func addWeightGradients(
    _ input: MatrixView, _ terms: [(outputGradient: MatrixView, accumulator: MatrixView)],
    samples: [Range<Int>], as sum: GradientSum
  ) {
    let columns = input.columns
    let kernels = unsafe kernels
    let samples = samples.filter { !$0.isEmpty }
    guard let first = samples.first, let last = samples.last, !terms.isEmpty else { return }
    let paddedColumns = columns.rounded(upTo: tileColumns)
    let origin = first.lowerBound
    let tokens = last.upperBound - origin

    // x as panels, sample by sample: [sample][panel][token][tile_columns].
    let b = unsafe shared(tokens * paddedColumns)
    forEach(samples.count) { _, task in
      let sample = samples[task]
      unsafe kernels.pack_columns_b(
        Int32(SPIN_F32.rawValue), input.pointer(row: sample.lowerBound), input.stride, columns,
        sample.count, b + (sample.lowerBound - origin) * paddedColumns)
    }

    let rowBlock = Self.gradientRowBlock
    var tasks: [(outputGradient: MatrixView, accumulator: MatrixView, row: Int)] = []
    for term in terms {
      precondition(term.accumulator.columns == columns, "accumulator does not fit the input")
      precondition(term.accumulator.rows == term.outputGradient.columns, "accumulator does not fit")
      tasks += stride(from: 0, to: term.accumulator.rows, by: rowBlock).map {
        (term.outputGradient, term.accumulator, $0)
      }
    }
    let update = Int32((sum == .absolute ? SPIN_ADD_ABS : SPIN_ADD).rawValue)
    let paddedRows = rowBlock.rounded(upTo: tileRows)
    let scratch = unsafe perWorker(tokens * paddedRows)
    forEach(tasks.count) { worker, task in
      let (outputGradient, accumulator, row) = tasks[task]
      let count = min(rowBlock, accumulator.rows - row)
      for sample in samples {
        unsafe kernels.pack_columns_a(
          Int32(SPIN_F32.rawValue), outputGradient.pointer(row: sample.lowerBound) + row,
          outputGradient.stride, count, sample.count,
          scratch[worker] + (sample.lowerBound - origin) * paddedRows)
      }
      // This part of the accumulator stays in the cache while all samples are processed.
      for column in stride(from: 0, to: columns, by: Self.gradientColumnBlock) {
        guard !abandons(worker) else { return }
        let width = min(Self.gradientColumnBlock, columns - column)
        for sample in samples {
          let start = sample.lowerBound - origin
          unsafe kernels.multiply(
            count, width, sample.count, scratch[worker] + start * paddedRows,
            b + start * paddedColumns + column * sample.count,
            accumulator.pointer(row: row) + column, accumulator.stride, update)
        }
      }
    }
  }

  /// The number of rows of the accumulator that one task computes; with `gradientColumnBlock`
  /// columns they stay in the second-level cache.
  ///
  /// Both are multiples of every tile size and have no influence on the result.
  static let gradientRowBlock = 96
  private static let gradientColumnBlock = 1024

  /// The number of columns of the result that one task computes: small enough for all threads to
  /// have tasks, large enough to make up for packing.
  private func columnBlock(_ columns: Int) -> Int {
    columns >= 4096 ? 256 : columns >= 1024 ? 128 : 64
  }

  /// Packs matrices with the same number of rows as panels, in blocks of `sumBlock` columns, in the
  /// layout [matrix][block][panel][column][tile_rows].
  @unsafe private func packRows(_ matrices: [MatrixView]) -> UnsafeMutablePointer<Float> {
    let kernels = unsafe kernels
    let rows = matrices.first?.rows ?? 0
    let paddedRows = rows.rounded(upTo: tileRows)
    let packed = unsafe shared(paddedRows * matrices.reduce(0) { $0 + $1.columns })
    // A multiple of every tile height.
    let rowBlock = 240
    var tasks: [(matrix: MatrixView, base: Int, column: Int, row: Int)] = []
    var base = 0
    for matrix in matrices {
      for column in stride(from: 0, to: matrix.columns, by: Self.sumBlock) {
        tasks += stride(from: 0, to: rows, by: rowBlock).map { (matrix, base, column, $0) }
      }
      base += matrix.columns * paddedRows
    }
    forEach(tasks.count) { _, task in
      let (matrix, base, column, row) = tasks[task]
      let length = min(Self.sumBlock, matrix.columns - column)
      unsafe kernels.pack_rows_a(
        Int32(SPIN_F32.rawValue), matrix.pointer(row: row) + column, matrix.stride,
        min(rowBlock, rows - row), length, packed + base + column * paddedRows + row * length)
    }
    return unsafe packed
  }
}

extension Int {
  /// The smallest multiple of `unit` that is not less.
  func rounded(upTo unit: Int) -> Int { (self + unit - 1) / unit * unit }
}
