// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINDecoderNames
import SPINKernels

/// The feed-forward half of a block, forward and backward.
///
///     n = norm(middle);   g, u = n Wg^T, n Wu^T
///     output = middle + (g * sigmoid(g) * u) Wd^T
struct FeedForward {
  let configuration: DecoderConfiguration
  let weights: BlockWeights
  var lowRank: LowRankBlock?

  /// Fills the feed-forward part of `state`: all that the backward pass needs.
  func prepare(
    state: BlockState, workspace: BlockWorkspace.Views, rows: TokenRows,
    dropout place: DropoutPlace? = nil, on device: any Device
  ) {
    let normalized = normalize(state, workspace, on: device)
    rows.multiply(
      normalized,
      [.init(weights[.gate], output: state.gate), .init(weights[.up], output: state.up)],
      on: device)
    lowRank?.forward(
      normalized, [use(.gate, state.gate), use(.up, state.up)], state: state, at: place,
      on: device)
  }

  private func use(
    _ projection: MatrixName.Projection, _ values: MatrixView
  ) -> LowRankBlock.Use {
    .init(projection: projection, values: values, weight: weights[projection], bias: nil)
  }

  /// The block's output, from a prepared state.
  func forward(
    state: BlockState, output: MatrixView, workspace: BlockWorkspace.Views, rows: TokenRows,
    dropout place: DropoutPlace? = nil, on device: any Device
  ) {
    device.swiGLU(gate: state.gate, up: state.up, output: workspace.activated)
    rows.multiply(workspace.activated, [.init(weights[.down], output: output)], on: device)
    lowRank?.forward(
      workspace.activated, [use(.down, output)], state: state, at: place, on: device)
    device.add(output, state.middle, result: output)
  }

  /// Turns the gradient of the output into that of `middle`, in place.
  func backward(
    gradient: MatrixView, state: BlockState, workspace: BlockWorkspace.Views,
    samples: [Range<Int>], needsInputGradient: Bool, dropout place: DropoutPlace? = nil,
    into sink: some WeightGradientSink, on device: any Device
  ) {
    let (activated, activatedGradient) = (workspace.activated, workspace.activatedGradient)
    device.swiGLU(gate: state.gate, up: state.up, output: activated)
    sink.add(activated, [(.down, gradient)], samples: samples, on: device)
    let down = [use(.down, gradient)]
    device.linearInputGradient(
      lowRank?.backward(activated, down, state: state, samples: samples, at: place, on: device)
        ?? [(gradient, weights[.down])], into: activatedGradient)
    lowRank?.addInputGradient(down, to: activatedGradient, at: place, on: device)
    // The gradients of gate and up replace the two matrices of which they are made.
    let (gateGradient, upGradient) = (activatedGradient, activated)
    device.swiGLUGradient(
      gate: state.gate, up: state.up, outputGradient: activatedGradient,
      gateGradient: gateGradient, upGradient: upGradient)
    let normalized = normalize(state, workspace, on: device)
    sink.add(
      normalized, [(.gate, gateGradient), (.up, upGradient)], samples: samples, on: device)
    let uses = [use(.gate, gateGradient), use(.up, upGradient)]
    let products =
      lowRank?.backward(normalized, uses, state: state, samples: samples, at: place, on: device)
      ?? [(gateGradient, weights[.gate]), (upGradient, weights[.up])]
    guard needsInputGradient else { return }
    device.linearInputGradient(products, into: workspace.normalizedGradient)
    lowRank?.addInputGradient(
      uses, to: workspace.normalizedGradient, at: place, on: device)
    sink.addGain(
      .postAttentionNorm, input: state.middle, outputGradient: workspace.normalizedGradient,
      epsilon: configuration.rmsNormEpsilon, samples: samples, on: device)
    device.rmsNormInputGradient(
      state.middle, gain: weights.postAttentionNorm, epsilon: configuration.rmsNormEpsilon,
      outputGradient: workspace.normalizedGradient, base: gradient, result: gradient)
  }

  private func normalize(
    _ state: BlockState, _ workspace: BlockWorkspace.Views, on device: any Device
  ) -> MatrixView {
    device.rmsNorm(
      state.middle, gain: weights.postAttentionNorm, epsilon: configuration.rmsNormEpsilon,
      output: workspace.normalized)
    return workspace.normalized
  }
}
