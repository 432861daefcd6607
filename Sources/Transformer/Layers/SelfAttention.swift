// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINKernels
import SPINStorage

/// The attention half of a block, forward beside backward.
///
///     n = norm(x);   q, k, v = n Wq^T, n Wk^T, n Wv^T (+ biases)
///     q, k normalized head by head where the family does, then turned to their positions
///     middle = x + attention(q, k, v) Wo^T
struct SelfAttention {
  let configuration: DecoderConfiguration
  let weights: BlockWeights
  var lowRank: LowRankBlock?
  let attention: CausalAttention
  let rotary: RotaryEmbedding

  /// Fills the attention's part of `state`.
  func forward(
    _ input: MatrixView, state: BlockState, workspace: BlockWorkspace.Views,
    samples: [Range<Int>], dropout place: DropoutPlace? = nil, on compute: Compute
  ) {
    let normalized = normalize(input, workspace, on: compute)
    compute.linear(normalized, projections(into: state))
    lowRank?.forward(
      normalized,
      [
        use(.query, state.rawQuery ?? state.query), use(.key, state.rawKey ?? state.key),
        use(.value, state.value),
      ], state: state, at: place, on: compute)
    normalizeHeads(state, on: compute)
    rotary.rotate(state.query, samples: samples, on: compute)
    rotary.rotate(state.key, samples: samples, on: compute)
    attention.forward(
      query: state.query, key: state.key, value: state.value, output: state.attended,
      samples: samples, on: compute)
    compute.linear(
      state.attended,
      [.init(weights[.output], bias: weights.biases[.output], output: state.middle)])
    lowRank?.forward(
      state.attended, [use(.output, state.middle)], state: state, at: place, on: compute)
    compute.add(state.middle, input, result: state.middle)
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
    dropout place: DropoutPlace? = nil, into sink: some WeightGradientSink, on compute: Compute
  ) {
    sink.add(state.attended, [(.output, gradient)], samples: samples, on: compute)
    sink.addBiases([(.output, gradient)], samples: samples, on: compute)
    let output = [use(.output, gradient)]
    compute.linearInputGradient(
      lowRank?.backward(
        state.attended, output, state: state, samples: samples, at: place, on: compute)
        ?? [(gradient, weights[.output])], into: workspace.attendedGradient)
    lowRank?.addInputGradient(output, to: workspace.attendedGradient, at: place, on: compute)
    let (dq, dk, dv) = (
      workspace.queryGradient, workspace.keyGradient, workspace.valueGradient
    )
    attention.backward(
      query: state.query, key: state.key, value: state.value,
      outputGradient: workspace.attendedGradient, queryGradient: dq, keyGradient: dk,
      valueGradient: dv, samples: samples, on: compute)
    rotary.rotate(dq, samples: samples, backward: true, on: compute)
    rotary.rotate(dk, samples: samples, backward: true, on: compute)
    if let rawQuery = state.rawQuery, let queryNorm = weights.queryNorm {
      addHeadGain(.queryNorm, rawQuery, dq, samples, into: sink, on: compute)
      normGradient(rawQuery, queryNorm, dq, workspace, on: compute)
    }
    if let rawKey = state.rawKey, let keyNorm = weights.keyNorm {
      addHeadGain(.keyNorm, rawKey, dk, samples, into: sink, on: compute)
      normGradient(rawKey, keyNorm, dk, workspace, on: compute)
    }
    let normalized = normalize(input, workspace, on: compute)
    sink.add(
      normalized, [(.query, dq), (.key, dk), (.value, dv)], samples: samples, on: compute)
    sink.addBiases([(.query, dq), (.key, dk), (.value, dv)], samples: samples, on: compute)
    let uses = [use(.query, dq), use(.key, dk), use(.value, dv)]
    let products =
      lowRank?.backward(normalized, uses, state: state, samples: samples, at: place, on: compute)
      ?? [(dq, weights[.query]), (dk, weights[.key]), (dv, weights[.value])]
    guard needsInputGradient else { return }
    compute.linearInputGradient(products, into: workspace.normalizedGradient)
    lowRank?.addInputGradient(
      uses, to: workspace.normalizedGradient, at: place, on: compute)
    sink.addGain(
      .inputNorm, input: input, outputGradient: workspace.normalizedGradient,
      epsilon: configuration.rmsNormEpsilon, samples: samples, on: compute)
    compute.rmsNormInputGradient(
      input, gain: weights.inputNorm, epsilon: configuration.rmsNormEpsilon,
      outputGradient: workspace.normalizedGradient, base: gradient, result: gradient)
  }

  /// The three products that make queries, keys and values.
  func projections(into state: BlockState) -> [Compute.LinearTerm] {
    [
      .init(weights[.query], bias: weights.biases[.query], output: state.rawQuery ?? state.query),
      .init(weights[.key], bias: weights.biases[.key], output: state.rawKey ?? state.key),
      .init(weights[.value], bias: weights.biases[.value], output: state.value),
    ]
  }

  /// Normalizes queries and keys head by head where the family does.
  func normalizeHeads(_ state: BlockState, on compute: Compute) {
    guard let rawQuery = state.rawQuery, let rawKey = state.rawKey,
      let queryNorm = weights.queryNorm, let keyNorm = weights.keyNorm
    else { return }
    let epsilon = configuration.rmsNormEpsilon
    compute.rmsNorm(
      heads(rawQuery), gain: queryNorm, epsilon: epsilon, output: heads(state.query))
    compute.rmsNorm(heads(rawKey), gain: keyNorm, epsilon: epsilon, output: heads(state.key))
  }

  func normalize(
    _ input: MatrixView, _ workspace: BlockWorkspace.Views, on compute: Compute
  ) -> MatrixView {
    compute.rmsNorm(
      input, gain: weights.inputNorm, epsilon: configuration.rmsNormEpsilon,
      output: workspace.normalized)
    return workspace.normalized
  }

  /// Takes a gradient through the normalization of heads, in place.
  private func normGradient(
    _ raw: MatrixView, _ gain: FloatBuffer, _ gradient: MatrixView,
    _ workspace: BlockWorkspace.Views, on compute: Compute
  ) {
    // Nothing reaches the heads past their normalization: the base is zero.
    let zero = MatrixView(
      FloatBuffer(count: configuration.headSize), rows: 1, columns: configuration.headSize)
    compute.rmsNormInputGradient(
      heads(raw), gain: gain, epsilon: configuration.rmsNormEpsilon,
      outputGradient: heads(gradient), base: zero.repeated(heads(raw).rows),
      result: heads(gradient))
  }

  /// Adds the gradient of the gain that all heads share; a sample's rows are those of all its heads.
  private func addHeadGain(
    _ vector: BlockVector, _ raw: MatrixView, _ gradient: MatrixView, _ samples: [Range<Int>],
    into sink: some WeightGradientSink, on compute: Compute
  ) {
    let count = raw.columns / configuration.headSize
    sink.addGain(
      vector, input: heads(raw), outputGradient: heads(gradient),
      epsilon: configuration.rmsNormEpsilon,
      samples: samples.map { $0.lowerBound * count..<$0.upperBound * count }, on: compute)
  }

  /// The same numbers with one head a row.
  private func heads(_ matrix: MatrixView) -> MatrixView {
    MatrixView(
      matrix.buffer, offset: matrix.offset,
      rows: matrix.rows * (matrix.columns / configuration.headSize),
      columns: configuration.headSize)
  }
}
