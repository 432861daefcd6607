// SPDX-License-Identifier: Apache-2.0

import CKernels
import SPINStorage

extension CausalAttention {
  /// The number of queries whose probabilities are in memory at a time, a multiple of every tile
  /// height.
  static let queryBlock = 96
  /// The keys of a block begin at a multiple of this, which is a multiple of every tile width.
  static let keyAlignment = 32

  /// The offsets of the parts of a thread's scratch memory and its total size, in elements.
  struct ScratchLayout {
    let keyRows, valueColumns, valueRows, keyColumns: Int
    let probabilities, scoreGradients, left, right: Int
    let forwardCount, backwardCount: Int

    init(_ attention: CausalAttention, longest: Int, device: CPUDevice) {
      let (e, n) = (attention.headSize, longest)
      let paddedKeys = n.rounded(upTo: device.tileColumns)
      let paddedHead = e.rounded(upTo: device.tileColumns)
      let block = CausalAttention.queryBlock
      var end = 0
      func reserve(_ count: Int) -> Int {
        defer { end += count.rounded(upTo: 16) }
        return end
      }
      keyRows = reserve(paddedKeys * e)
      valueColumns = reserve(paddedHead * n)
      probabilities = reserve(block * n)
      left = reserve(max(block * max(n, e), n.rounded(upTo: device.tileRows) * block))
      forwardCount = end
      valueRows = reserve(paddedKeys * e)
      keyColumns = reserve(paddedHead * n)
      scoreGradients = reserve(block * n)
      right = reserve(paddedHead * block)
      backwardCount = end
    }
  }

  /// A block of queries and the keys that any of them attends to, as rows relative to the sample.
  struct Block {
    let queries: Range<Int>
    let keys: Range<Int>
  }

  /// The computation of one key/value head of one sample, in one thread's scratch memory.
  @safe struct Group {
    let attention: CausalAttention
    @unsafe let kernels: spin_kernels
    let task: Task
    let layout: ScratchLayout
    @unsafe let scratch: UnsafeMutablePointer<Float>
    let query, key, value: MatrixView

    private var e: Int { attention.headSize }
    private var keyColumn: Int { task.head * e }
    private static let float32 = Int32(SPIN_F32.rawValue)

    /// The query heads that share this key/value head.
    var queryHeads: Range<Int> {
      let size = attention.headCount / attention.keyValueHeadCount
      return task.head * size..<(task.head + 1) * size
    }

    var queryBlocks: [Block] {
      stride(from: 0, to: task.rows.count, by: CausalAttention.queryBlock).map { start in
        let end = min(start + CausalAttention.queryBlock, task.rows.count)
        let first = attention.window.map { max(0, start - $0 + 1) } ?? 0
        let aligned = first / CausalAttention.keyAlignment * CausalAttention.keyAlignment
        return Block(queries: start..<end, keys: aligned..<end)
      }
    }

    func packForward() {
      packRows(key, at: layout.keyRows)
      packColumns(value, at: layout.valueColumns)
    }

    func packBackward() {
      packForward()
      packRows(value, at: layout.valueRows)
      packColumns(key, at: layout.keyColumns)
    }

    private func packRows(_ heads: MatrixView, at offset: Int) {
      unsafe kernels.pack_rows_b(
        Self.float32, heads.pointer(row: task.rows.lowerBound) + keyColumn, heads.stride,
        task.rows.count, e, scratch + offset)
    }

    private func packColumns(_ heads: MatrixView, at offset: Int) {
      unsafe kernels.pack_columns_b(
        Self.float32, heads.pointer(row: task.rows.lowerBound) + keyColumn, heads.stride, e,
        task.rows.count, scratch + offset)
    }

    /// Computes p, `[queries, keys]`, in scratch memory.
    func probabilities(head: Int, block: Block) {
      let count = block.keys.count
      products(
        of: query, head: head, block: block, with: layout.keyRows, into: layout.probabilities)
      for (row, token) in block.queries.enumerated() {
        let first = attention.window.map { max(0, token - $0 + 1) } ?? 0
        unsafe kernels.softmax(
          scratch + layout.probabilities + row * count, attention.scale,
          first - block.keys.lowerBound, token + 1 - block.keys.lowerBound, count)
      }
    }

    /// Products of a block's rows of `heads` with all its keys or values: `[queries, keys]`.
    private func products(
      of heads: MatrixView, head: Int, block: Block, with panels: Int, into result: Int
    ) {
      let row = task.rows.lowerBound + block.queries.lowerBound
      unsafe kernels.pack_rows_a(
        Self.float32, heads.pointer(row: row) + head * e, heads.stride, block.queries.count, e,
        scratch + layout.left)
      unsafe kernels.multiply(
        block.queries.count, block.keys.count, e, scratch + layout.left,
        scratch + panels + block.keys.lowerBound * e, scratch + result, block.keys.count,
        Int32(SPIN_STORE.rawValue))
    }

    /// o = p v for the queries of a block.
    func output(block: Block, into output: MatrixView, column: Int) {
      combine(
        block: block, coefficients: layout.probabilities, panels: layout.valueColumns,
        into: output, column: column)
    }

    /// dq = ds k for the queries of a block.
    func queryGradient(head: Int, block: Block, into gradient: MatrixView) {
      combine(
        block: block, coefficients: layout.scoreGradients, panels: layout.keyColumns,
        into: gradient, column: head * e)
    }

    /// Rows of `coefficients` `[queries, keys]` times keys or values packed by columns.
    private func combine(
      block: Block, coefficients: Int, panels: Int, into result: MatrixView, column: Int
    ) {
      let (m, count) = (block.queries.count, block.keys.count)
      let width = unsafe kernels.tile_columns
      let row = task.rows.lowerBound + block.queries.lowerBound
      unsafe kernels.pack_rows_a(
        Self.float32, scratch + coefficients, count, m, count, scratch + layout.left)
      for first in stride(from: 0, to: e, by: width) {
        // A panel contains all keys of the sample; those of the block begin inside it.
        let panel = panels + first * task.rows.count + block.keys.lowerBound * width
        unsafe kernels.multiply(
          m, min(width, e - first), count, scratch + layout.left, scratch + panel,
          result.pointer(row: row) + column + first, result.stride, Int32(SPIN_STORE.rawValue))
      }
    }

    /// Computes ds, `[queries, keys]`, in scratch memory.
    func scoreGradient(head: Int, block: Block, outputGradient: MatrixView) {
      let count = block.keys.count
      products(
        of: outputGradient, head: head, block: block, with: layout.valueRows,
        into: layout.scoreGradients)
      for row in 0..<block.queries.count {
        unsafe kernels.softmax_gradient(
          scratch + layout.probabilities + row * count,
          scratch + layout.scoreGradients + row * count, attention.scale, count)
      }
    }

    /// dv += p^T do over the queries of a block.
    func addValueGradient(
      head: Int, block: Block, outputGradient: MatrixView, into gradient: MatrixView
    ) {
      addTransposed(
        layout.probabilities, times: outputGradient, head: head, block: block, into: gradient)
    }

    /// dk += ds^T q over the queries of a block.
    func addKeyGradient(head: Int, block: Block, into gradient: MatrixView) {
      addTransposed(
        layout.scoreGradients, times: query, head: head, block: block, into: gradient)
    }

    private func addTransposed(
      _ coefficients: Int, times heads: MatrixView, head: Int, block: Block,
      into result: MatrixView
    ) {
      let (m, count) = (block.queries.count, block.keys.count)
      let row = task.rows.lowerBound + block.queries.lowerBound
      unsafe kernels.pack_columns_a(
        Self.float32, scratch + coefficients, count, count, m, scratch + layout.left)
      unsafe kernels.pack_columns_b(
        Self.float32, heads.pointer(row: row) + head * e, heads.stride, e, m,
        scratch + layout.right)
      unsafe kernels.multiply(
        count, e, m, scratch + layout.left, scratch + layout.right,
        result.pointer(row: task.rows.lowerBound + block.keys.lowerBound) + keyColumn,
        result.stride, Int32(SPIN_ADD.rawValue))
    }
  }
}
