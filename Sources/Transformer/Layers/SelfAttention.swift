// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINDecoderNames
import SPINKernels
import SPINStorage

/// The attention half of a block, forward and backward.
///
///     n = norm(x);   q, k, v = n Wq^T, n Wk^T, n Wv^T (+ biases)
///     q, k normalized head by head where the family does, then rotated to their positions
///     middle = x + attention(q, k, v) Wo^T
struct SelfAttention {
  let configuration: DecoderConfiguration
  /// Which block it belongs to.
  let layer: Int
  let weights: BlockWeights
  var lowRank: LowRankBlock?
  let attention: CausalAttention
  let rotary: RotaryEmbedding

  /// Fills the attention's part of `state`.
  func forward(
    _ input: MatrixView, state: BlockState, workspace: BlockWorkspace.Views,
    rows: TokenRows, dropout place: DropoutPlace? = nil, on device: any Device
  ) {
    let normalized = normalize(input, workspace, on: device)
    rows.multiply(normalized, projections(into: state), on: device)
    lowRank?.forward(
      normalized,
      [
        use(.query, state.rawQuery ?? state.query), use(.key, state.rawKey ?? state.key),
        use(.value, state.value),
      ], state: state, at: place, on: device)
    normalizeHeads(state, on: device)
    attend(state, rows, on: device)
    rows.multiply(
      state.attended,
      [.init(weights[.output], bias: weights.biases[.output], output: state.middle)], on: device)
    lowRank?.forward(
      state.attended, [use(.output, state.middle)], state: state, at: place, on: device)
    device.add(state.middle, input, result: state.middle)
  }

  /// Rotates queries and keys to their positions, and gathers what each token attends to.
  private func attend(_ state: BlockState, _ rows: TokenRows, on device: any Device) {
    switch rows {
    case .samples(let samples):
      rotary.rotate(state.query, samples: samples, on: device)
      rotary.rotate(state.key, samples: samples, on: device)
      attention.forward(
        query: state.query, key: state.key, value: state.value, output: state.attended,
        samples: samples, on: device)
    case .branched(let rows, let room):
      rotary.rotate(state.query, positions: rows.positions, on: device)
      rotary.rotate(state.key, positions: rows.positions, on: device)
      for (source, target) in [
        (state.query, room.query), (state.key, room.key), (state.value, room.value),
      ] {
        device.gatherRows(source, rows.texts, into: target)
      }
      attention.forward(
        query: room.query, key: room.key, value: room.value, output: room.output,
        samples: rows.samples, on: device)
      device.gatherRows(room.output, rows.computed, into: state.attended)
    case .newest(let caches, let counts):
      let positions = zip(caches.layers[layer], counts).map { $0.count..<$0.count + $1 }
      rotary.rotate(state.query, positions: positions.flatMap(\.self), on: device)
      rotary.rotate(state.key, positions: positions.flatMap(\.self), on: device)
      var contexts: [CausalAttention.Context] = []
      for (sequence, added) in positions.enumerated() {
        let rows = contexts.count..<contexts.count + added.count
        state.append(rows, to: &caches.layers[layer][sequence], on: device)
        contexts += added.map { caches.layers[layer][sequence].context(through: $0) }
      }
      attention.decode(
        query: state.query, contexts: contexts, output: state.attended, on: device)
    }
  }

  private func use(
    _ projection: MatrixName.Projection, _ values: MatrixView
  ) -> LowRankBlock.Use {
    .init(
      projection: projection, values: values, weight: weights[projection],
      bias: weights.biases[projection])
  }

  /// Turns the gradient of `middle` into that of `input`, in place.
  func backward(
    _ input: MatrixView, gradient: MatrixView, state: BlockState,
    workspace: BlockWorkspace.Views, samples: [Range<Int>], needsInputGradient: Bool,
    dropout place: DropoutPlace? = nil, into sink: some WeightGradientSink, on device: any Device
  ) {
    sink.add(state.attended, [(.output, gradient)], samples: samples, on: device)
    sink.addBiases([(.output, gradient)], samples: samples, on: device)
    let output = [use(.output, gradient)]
    device.linearInputGradient(
      lowRank?.backward(
        state.attended, output, state: state, samples: samples, at: place, on: device)
        ?? [(gradient, weights[.output])], into: workspace.attendedGradient)
    lowRank?.addInputGradient(output, to: workspace.attendedGradient, at: place, on: device)
    let (dq, dk, dv) = (
      workspace.queryGradient, workspace.keyGradient, workspace.valueGradient
    )
    attention.backward(
      query: state.query, key: state.key, value: state.value,
      outputGradient: workspace.attendedGradient, queryGradient: dq, keyGradient: dk,
      valueGradient: dv, samples: samples, on: device)
    rotary.rotate(dq, samples: samples, backward: true, on: device)
    rotary.rotate(dk, samples: samples, backward: true, on: device)
    if let rawQuery = state.rawQuery, let queryNorm = weights.queryNorm {
      addHeadGain(.queryNorm, rawQuery, dq, samples, into: sink, on: device)
      normGradient(rawQuery, queryNorm, dq, workspace, on: device)
    }
    if let rawKey = state.rawKey, let keyNorm = weights.keyNorm {
      addHeadGain(.keyNorm, rawKey, dk, samples, into: sink, on: device)
      normGradient(rawKey, keyNorm, dk, workspace, on: device)
    }
    let normalized = normalize(input, workspace, on: device)
    sink.add(
      normalized, [(.query, dq), (.key, dk), (.value, dv)], samples: samples, on: device)
    sink.addBiases([(.query, dq), (.key, dk), (.value, dv)], samples: samples, on: device)
    let uses = [use(.query, dq), use(.key, dk), use(.value, dv)]
    let products =
      lowRank?.backward(normalized, uses, state: state, samples: samples, at: place, on: device)
      ?? [(dq, weights[.query]), (dk, weights[.key]), (dv, weights[.value])]
    guard needsInputGradient else { return }
    device.linearInputGradient(products, into: workspace.normalizedGradient)
    lowRank?.addInputGradient(
      uses, to: workspace.normalizedGradient, at: place, on: device)
    sink.addGain(
      .inputNorm, input: input, outputGradient: workspace.normalizedGradient,
      epsilon: configuration.rmsNormEpsilon, samples: samples, on: device)
    device.rmsNormInputGradient(
      input, gain: weights.inputNorm, epsilon: configuration.rmsNormEpsilon,
      outputGradient: workspace.normalizedGradient, base: gradient, result: gradient)
  }

  /// The three products that make queries, keys and values.
  private func projections(into state: BlockState) -> [LinearTerm] {
    [
      .init(weights[.query], bias: weights.biases[.query], output: state.rawQuery ?? state.query),
      .init(weights[.key], bias: weights.biases[.key], output: state.rawKey ?? state.key),
      .init(weights[.value], bias: weights.biases[.value], output: state.value),
    ]
  }

  /// Normalizes queries and keys head by head where the family does.
  private func normalizeHeads(_ state: BlockState, on device: any Device) {
    guard let rawQuery = state.rawQuery, let rawKey = state.rawKey,
      let queryNorm = weights.queryNorm, let keyNorm = weights.keyNorm
    else { return }
    let epsilon = configuration.rmsNormEpsilon
    device.rmsNorm(
      heads(rawQuery), gain: queryNorm, epsilon: epsilon, output: heads(state.query))
    device.rmsNorm(heads(rawKey), gain: keyNorm, epsilon: epsilon, output: heads(state.key))
  }

  private func normalize(
    _ input: MatrixView, _ workspace: BlockWorkspace.Views, on device: any Device
  ) -> MatrixView {
    device.rmsNorm(
      input, gain: weights.inputNorm, epsilon: configuration.rmsNormEpsilon,
      output: workspace.normalized)
    return workspace.normalized
  }

  /// Takes a gradient through the normalization of heads, in place.
  private func normGradient(
    _ raw: MatrixView, _ gain: FloatBuffer, _ gradient: MatrixView,
    _ workspace: BlockWorkspace.Views, on device: any Device
  ) {
    // Nothing reaches the heads past their normalization: the base is zero.
    let zero = MatrixView(
      device.buffer(count: configuration.headSize), rows: 1, columns: configuration.headSize)
    device.rmsNormInputGradient(
      heads(raw), gain: gain, epsilon: configuration.rmsNormEpsilon,
      outputGradient: heads(gradient), base: zero.repeated(heads(raw).rows),
      result: heads(gradient))
  }

  /// Adds the gradient of the gain that all heads share; a sample's rows are those of all its heads.
  private func addHeadGain(
    _ vector: BlockVector, _ raw: MatrixView, _ gradient: MatrixView, _ samples: [Range<Int>],
    into sink: some WeightGradientSink, on device: any Device
  ) {
    let count = raw.columns / configuration.headSize
    sink.addGain(
      vector, input: heads(raw), outputGradient: heads(gradient),
      epsilon: configuration.rmsNormEpsilon,
      samples: samples.map { $0.lowerBound * count..<$0.upperBound * count }, on: device)
  }

  /// The same numbers with one head a row.
  private func heads(_ matrix: MatrixView) -> MatrixView {
    MatrixView(
      matrix.buffer, offset: matrix.offset,
      rows: matrix.rows * (matrix.columns / configuration.headSize),
      columns: configuration.headSize)
  }
}
