// SPDX-License-Identifier: Apache-2.0

import CKernels
import SPINStorage

/// Attention on the processor; each task is one key/value head of one sample.
extension CPUDevice {
  /// See `CausalAttention.forward`.
  public func attend(
    _ attention: CausalAttention, query: MatrixView, key: MatrixView, value: MatrixView,
    output: MatrixView, samples: [Range<Int>]
  ) {
    let tasks = CausalAttention.Task.all(samples, heads: attention.keyValueHeadCount)
    let layout = CausalAttention.ScratchLayout(
      attention, longest: tasks.first?.rows.count ?? 0, device: self)
    let scratch = unsafe perWorker(layout.forwardCount)
    forEach(tasks.count) { worker, index in
      let task = tasks[index]
      let group = unsafe CausalAttention.Group(
        attention: attention, kernels: kernels, task: task, layout: layout,
        scratch: scratch[worker], query: query, key: key, value: value)
      group.packForward()
      for head in group.queryHeads {
        for block in group.queryBlocks {
          // Checked here as well as between tasks, because one head of a long sequence takes
          // seconds.
          guard !abandons(worker) else { return }
          group.probabilities(head: head, block: block)
          group.output(block: block, into: output, column: head * attention.headSize)
        }
      }
    }
  }

  /// See `CausalAttention.backward`.
  public func attendGradient(
    _ attention: CausalAttention, query: MatrixView, key: MatrixView, value: MatrixView,
    outputGradient: MatrixView,
    queryGradient: MatrixView, keyGradient: MatrixView, valueGradient: MatrixView,
    samples: [Range<Int>]
  ) {
    let tasks = CausalAttention.Task.all(samples, heads: attention.keyValueHeadCount)
    let layout = CausalAttention.ScratchLayout(
      attention, longest: tasks.first?.rows.count ?? 0, device: self)
    let scratch = unsafe perWorker(layout.backwardCount)
    forEach(tasks.count) { worker, index in
      let task = tasks[index]
      let group = unsafe CausalAttention.Group(
        attention: attention, kernels: kernels, task: task, layout: layout,
        scratch: scratch[worker], query: query, key: key, value: value)
      group.packBackward()
      let column = task.head * attention.headSize
      for row in task.rows {
        unsafe (keyGradient.pointer(row: row) + column).update(
          repeating: 0, count: attention.headSize)
        unsafe (valueGradient.pointer(row: row) + column).update(
          repeating: 0, count: attention.headSize)
      }
      for head in group.queryHeads {
        for block in group.queryBlocks {
          // Checked here as well as between tasks, because one head of a long sequence takes
          // seconds.
          guard !abandons(worker) else { return }
          group.probabilities(head: head, block: block)
          group.addValueGradient(
            head: head, block: block, outputGradient: outputGradient, into: valueGradient)
          group.scoreGradient(head: head, block: block, outputGradient: outputGradient)
          group.queryGradient(head: head, block: block, into: queryGradient)
          group.addKeyGradient(head: head, block: block, into: keyGradient)
        }
      }
    }
  }

  /// See `CausalAttention.decode`.
  public func attendNewest(
    _ attention: CausalAttention, query: MatrixView, contexts: [CausalAttention.Context],
    output: MatrixView
  ) {
    let headSize = attention.headSize
    let group = attention.headCount / attention.keyValueHeadCount
    let kernels = unsafe kernels
    let scratch = unsafe perWorker(group * (contexts.map(\.key.rows).max() ?? 0))
    forEach(contexts.count * attention.keyValueHeadCount) { worker, task in
      let (row, head) = task.quotientAndRemainder(dividingBy: attention.keyValueHeadCount)
      let context = contexts[row]
      let low = attention.window.map { max(0, context.key.rows - $0) } ?? 0
      let column = head * group * headSize
      unsafe kernels.attend(
        query.pointer(row: row) + column, group, headSize, context.key.pointer() + head * headSize,
        context.value.pointer() + head * headSize, context.key.stride, low, context.key.rows,
        attention.scale,
        scratch[worker], output.pointer(row: row) + column)
    }
  }
}

extension CausalAttention {
  /// One key/value head of one sample, the unit of work of a thread.
  struct Task {
    let rows: Range<Int>
    let head: Int

    /// The tasks, longest samples first, so that threads finish at about the same time.
    static func all(_ samples: [Range<Int>], heads: Int) -> [Task] {
      samples.filter { !$0.isEmpty }.sorted { $0.count > $1.count }
        .flatMap { rows in (0..<heads).map { Task(rows: rows, head: $0) } }
    }
  }
}
