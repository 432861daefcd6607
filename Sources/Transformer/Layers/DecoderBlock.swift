// SPDX-License-Identifier: Apache-2.0

public import SPINDecoderNames
public import SPINKernels
public import SPINStorage

/// Receives the gradients of weight matrices from the backward pass.
///
/// Gradients of vectors are for training of whole models; other conformers leave them out.
public protocol WeightGradientSink {
  /// Whether the gradients of a projection are wanted at all; the pass goes no deeper than it must.
  func wants(_ projection: MatrixName.Projection) -> Bool

  /// Accounts for dW = dy^T x of each sample.
  ///
  /// - Parameters:
  ///   - input: x `[T, in]`, shared by the projections.
  ///   - gradients: For each projection dy `[T, out]`.
  ///   - samples: The rows of each sample.
  ///   - device: Where to compute.
  func add(
    _ input: MatrixView, _ gradients: [(MatrixName.Projection, MatrixView)],
    samples: [Range<Int>], on device: any Device)

  /// Where the gradient of a vector is added; nil where it is not needed.
  func gradient(of vector: BlockVector) -> FloatBuffer?
}

extension WeightGradientSink {
  /// Nil: gradients of vectors are not needed by default.
  public func gradient(of vector: BlockVector) -> FloatBuffer? { nil }

  /// Adds the gradient of the gain of a normalization, where it is wanted.
  func addGain(
    _ vector: BlockVector, input: MatrixView, outputGradient: MatrixView, epsilon: Float,
    samples: [Range<Int>], on device: any Device
  ) {
    guard let gradient = gradient(of: vector) else { return }
    device.addGainGradient(
      input, epsilon: epsilon, outputGradient: outputGradient, samples: samples, to: gradient)
  }

  /// Adds the gradients of the biases of some projections, where they are wanted.
  func addBiases(
    _ gradients: [(MatrixName.Projection, MatrixView)], samples: [Range<Int>], on device: any Device
  ) {
    for (projection, outputGradient) in gradients {
      guard let gradient = gradient(of: .bias(projection)) else { continue }
      device.addBiasGradient(outputGradient, samples: samples, to: gradient)
    }
  }
}

/// One decoder block: attention, then feed-forward network, each around the residual stream.
///
/// A pass processes the tokens of many samples one after the other, without padding: everything but the
/// attention works token by token, and the attention sample by sample.
public struct DecoderBlock {
  let attention: SelfAttention
  let feedForward: FeedForward
  let lowRank: LowRankBlock?

  init(
    _ configuration: DecoderConfiguration, weights: BlockWeights, layer: Int,
    rotary: RotaryEmbedding, lowRank: LowRankBlock? = nil
  ) {
    self.lowRank = lowRank
    attention = SelfAttention(
      configuration: configuration, layer: layer, weights: weights, lowRank: lowRank,
      attention: CausalAttention(
        headCount: configuration.headCount, keyValueHeadCount: configuration.keyValueHeadCount,
        headSize: configuration.headSize, window: configuration.windows[layer]),
      rotary: rotary)
    feedForward = FeedForward(configuration: configuration, weights: weights, lowRank: lowRank)
  }

  /// Computes what `backward` needs; the first part of `forward`.
  public func prepare(
    _ input: MatrixView, state: BlockState, workspace: BlockWorkspace, samples: [Range<Int>],
    dropout place: DropoutPlace? = nil, on device: any Device
  ) {
    let views = workspace.views(tokens: input.rows)
    let rows = TokenRows.samples(samples)
    begin(input, state: state, workspace: views, rows: rows, dropout: place, on: device)
    guard lowRank?.layers[.down]?.magnitude != nil else { return }
    // What the last layer stores is computed with the output, which is not used here.
    feedForward.forward(
      state: state, output: views.normalizedGradient, workspace: views, rows: rows, dropout: place,
      on: device)
  }

  private func begin(
    _ input: MatrixView, state: BlockState, workspace: BlockWorkspace.Views,
    rows: TokenRows, dropout place: DropoutPlace?, on device: any Device
  ) {
    attention.forward(
      input, state: state, workspace: workspace, rows: rows, dropout: place, on: device)
    feedForward.prepare(state: state, workspace: workspace, rows: rows, dropout: place, on: device)
  }

  /// The output of the block.
  ///
  /// - Parameters:
  ///   - input: `[T, D]`.
  ///   - output: `[T, D]`; may be the input.
  ///   - state: Filled for a later `backward`.
  ///   - workspace: At least T tokens.
  ///   - rows: How the T rows relate to each other.
  ///   - place: Selects the random numbers of the dropout of low-rank updates; nil outside of training.
  ///   - device: Where to compute.
  /// - Precondition: rows are whole samples where low-rank updates are not merged.
  public func forward(
    _ input: MatrixView, output: MatrixView, state: BlockState, workspace: BlockWorkspace,
    rows: TokenRows, dropout place: DropoutPlace? = nil, on device: any Device
  ) {
    if case .samples = rows {
    } else {
      precondition(lowRank == nil, "low-rank changes have to be merged to generate text")
    }
    let views = workspace.views(tokens: input.rows)
    begin(input, state: state, workspace: views, rows: rows, dropout: place, on: device)
    feedForward.forward(
      state: state, output: output, workspace: views, rows: rows, dropout: place, on: device)
  }

  /// Turns the gradient of the output into that of the input, in place, and passes the gradients of
  /// the weights to a sink.
  ///
  /// - Parameters:
  ///   - input: `[T, D]`, as in the forward pass.
  ///   - gradient: `[T, D]`, dLoss/doutput; becomes dLoss/dinput if `needsInputGradient`, and is
  ///     undefined otherwise.
  ///   - state: As `forward` or `prepare` filled it.
  ///   - workspace: At least T tokens.
  ///   - samples: The rows of each sample.
  ///   - needsInputGradient: False for the first block, below which nothing is edited.
  ///   - place: As in the forward pass.
  ///   - sink: Takes the gradients.
  ///   - device: Where to compute.
  public func backward(
    _ input: MatrixView, gradient: MatrixView, state: BlockState, workspace: BlockWorkspace,
    samples: [Range<Int>], needsInputGradient: Bool, dropout place: DropoutPlace? = nil,
    into sink: some WeightGradientSink, on device: any Device
  ) {
    let views = workspace.views(tokens: input.rows)
    let attentionMatters =
      needsInputGradient
      || lowRank?.changes([.query, .key, .value, .output]) ?? false
      || [.query, .key, .value, .output].contains { (projection: MatrixName.Projection) in
        sink.wants(projection)
      }
    feedForward.backward(
      gradient: gradient, state: state, workspace: views, samples: samples,
      needsInputGradient: attentionMatters, dropout: place, into: sink, on: device)
    guard attentionMatters else { return }
    attention.backward(
      input, gradient: gradient, state: state, workspace: views, samples: samples,
      needsInputGradient: needsInputGradient, dropout: place, into: sink, on: device)
  }
}
