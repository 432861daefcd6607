// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINKernels

/// The feed-forward half of a block, forward beside backward.
///
///     n = norm(middle);   g, u = n Wg^T, n Wu^T
///     output = middle + (g * sigmoid(g) * u) Wd^T
struct FeedForward {
  let configuration: DecoderConfiguration
  let weights: BlockWeights

  /// Fills the feed-forward part of `state`: all that the backward pass needs.
  func prepare(state: BlockState, workspace: BlockWorkspace.Views, on compute: Compute) {
    let normalized = normalize(state, workspace, on: compute)
    compute.linear(
      normalized,
      [.init(weights[.gate], output: state.gate), .init(weights[.up], output: state.up)])
  }

  /// The block's output, from a prepared state.
  func forward(
    state: BlockState, output: MatrixView, workspace: BlockWorkspace.Views, on compute: Compute
  ) {
    compute.swiGLU(gate: state.gate, up: state.up, output: workspace.activated)
    compute.linear(workspace.activated, [.init(weights[.down], output: output)])
    compute.add(output, state.middle, result: output)
  }

  /// Turns the gradient of the output into that of `middle`, in place.
  func backward(
    gradient: MatrixView, state: BlockState, workspace: BlockWorkspace.Views,
    samples: [Range<Int>], needsInputGradient: Bool, into sink: some WeightGradientSink,
    on compute: Compute
  ) {
    let (activated, activatedGradient) = (workspace.activated, workspace.activatedGradient)
    compute.swiGLU(gate: state.gate, up: state.up, output: activated)
    sink.add(activated, [(.down, gradient)], samples: samples, on: compute)
    compute.linearInputGradient([(gradient, weights[.down])], into: activatedGradient)
    // The gradients of gate and up take the places of the two matrices that made them.
    let (gateGradient, upGradient) = (activatedGradient, activated)
    compute.swiGLUGradient(
      gate: state.gate, up: state.up, outputGradient: activatedGradient,
      gateGradient: gateGradient, upGradient: upGradient)
    let normalized = normalize(state, workspace, on: compute)
    sink.add(
      normalized, [(.gate, gateGradient), (.up, upGradient)], samples: samples, on: compute)
    guard needsInputGradient else { return }
    compute.linearInputGradient(
      [(gateGradient, weights[.gate]), (upGradient, weights[.up])],
      into: workspace.normalizedGradient)
    sink.addGain(
      .postAttentionNorm, input: state.middle, outputGradient: workspace.normalizedGradient,
      epsilon: configuration.rmsNormEpsilon, samples: samples, on: compute)
    compute.rmsNormInputGradient(
      state.middle, gain: weights.postAttentionNorm, epsilon: configuration.rmsNormEpsilon,
      outputGradient: workspace.normalizedGradient, base: gradient, result: gradient)
  }

  func normalize(
    _ state: BlockState, _ workspace: BlockWorkspace.Views, on compute: Compute
  ) -> MatrixView {
    compute.rmsNorm(
      state.middle, gain: weights.postAttentionNorm, epsilon: configuration.rmsNormEpsilon,
      output: workspace.normalized)
    return workspace.normalized
  }
}
