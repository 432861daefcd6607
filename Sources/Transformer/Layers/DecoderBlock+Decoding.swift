// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
public import SPINKernels
import SPINStorage

/// The keys and values of one sequence in one block, position after position.
///
/// Float32, `[capacity, K * E]` each; room grows as positions come.
public struct KeyValueCache: Sendable {
  /// Positions that it holds.
  public private(set) var count = 0
  private var keys, values: MatrixView

  /// An empty cache with room for some positions.
  public init(_ configuration: DecoderConfiguration, capacity: Int) {
    let columns = configuration.keyValueHeadCount * configuration.headSize
    keys = MatrixView(rows: max(1, capacity), columns: columns)
    values = MatrixView(rows: max(1, capacity), columns: columns)
  }

  /// What the next position attends to; there has to be one.
  var context: CausalAttention.Context {
    CausalAttention.Context(key: keys.rows(0..<count), value: values.rows(0..<count))
  }

  /// Adds positions: rows of keys and values, turned to their positions.
  mutating func append(_ key: MatrixView, _ value: MatrixView, on compute: Compute) {
    let total = count + key.rows
    if total > keys.rows {
      let room = max(total, keys.rows * 2)
      for matrix in [\Self.keys, \Self.values] {
        let grown = MatrixView(rows: room, columns: key.columns)
        compute.gatherRows(
          self[keyPath: matrix], Array(0..<count), into: grown.rows(0..<count))
        self[keyPath: matrix] = grown
      }
    }
    compute.gatherRows(key, Array(0..<key.rows), into: keys.rows(count..<total))
    compute.gatherRows(value, Array(0..<key.rows), into: values.rows(count..<total))
    count = total
  }
}

extension BlockState {
  /// Adds the keys and values of some of its rows, one sample from its first position, to a cache.
  public func append(_ rows: Range<Int>, to cache: inout KeyValueCache, on compute: Compute) {
    cache.append(key.rows(rows), value.rows(rows), on: compute)
  }
}

extension DecoderBlock {
  /// Takes the newest position of several sequences through the block.
  ///
  /// The caches gain that position. Products add in the order of `Compute.project`; a sequence's
  /// result does not depend on the others.
  ///
  /// - Parameters:
  ///   - hidden: `[B, D]`, one row a sequence; overwritten with the output.
  ///   - caches: The B sequences.
  ///   - state: Room for B tokens.
  ///   - workspace: At least B tokens.
  ///   - compute: Where to compute.
  public func decode(
    _ hidden: MatrixView, caches: inout [KeyValueCache], state: BlockState,
    workspace: BlockWorkspace, on compute: Compute
  ) {
    precondition(hidden.rows == caches.count, "one cache a row")
    precondition(lowRank == nil, "low-rank changes have to be merged to generate text")
    let views = workspace.views(tokens: hidden.rows)
    attention.decode(hidden, caches: &caches, state: state, workspace: views, on: compute)
    feedForward.decode(state: state, output: hidden, workspace: views, on: compute)
  }
}

extension SelfAttention {
  fileprivate func decode(
    _ input: MatrixView, caches: inout [KeyValueCache], state: BlockState,
    workspace: BlockWorkspace.Views, on compute: Compute
  ) {
    let normalized = normalize(input, workspace, on: compute)
    compute.project(normalized, projections(into: state))
    normalizeHeads(state, on: compute)
    let positions = caches.map(\.count)
    rotary.rotate(state.query, positions: positions, on: compute)
    rotary.rotate(state.key, positions: positions, on: compute)
    for row in caches.indices {
      caches[row].append(
        state.key.rows(row..<row + 1), state.value.rows(row..<row + 1), on: compute)
    }
    attention.decode(
      query: state.query, contexts: caches.map(\.context), output: state.attended, on: compute)
    compute.project(
      state.attended,
      [.init(weights[.output], bias: weights.biases[.output], output: state.middle)])
    compute.add(state.middle, input, result: state.middle)
  }
}

extension FeedForward {
  fileprivate func decode(
    state: BlockState, output: MatrixView, workspace: BlockWorkspace.Views, on compute: Compute
  ) {
    let normalized = normalize(state, workspace, on: compute)
    compute.project(
      normalized,
      [.init(weights[.gate], output: state.gate), .init(weights[.up], output: state.up)])
    compute.swiGLU(gate: state.gate, up: state.up, output: workspace.activated)
    compute.project(workspace.activated, [.init(weights[.down], output: output)])
    compute.add(output, state.middle, result: output)
  }
}

extension LanguageModelHead {
  /// Logits `[B, V]` of the newest positions' last hidden states `[B, D]`, in the order of sums of
  /// `Compute.project`.
  ///
  /// - Parameters:
  ///   - hidden: `[B, D]`; overwritten with its normalization.
  ///   - output: `[B, V]`.
  public func decode(_ hidden: MatrixView, into output: MatrixView, on compute: Compute) {
    compute.rmsNorm(
      hidden, gain: weights.finalNorm, epsilon: configuration.rmsNormEpsilon, output: hidden)
    compute.project(hidden, [.init(weights.head, output: output)])
  }
}
