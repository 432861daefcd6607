// SPDX-License-Identifier: Apache-2.0

public import SPINKernels
public import SPINStorage

/// The last normalization and the projection to logits, forward and backward.
public struct LanguageModelHead {
  let configuration: DecoderConfiguration
  let weights: DecoderWeights

  /// Logits `[R, V]` of some rows of the last hidden state `[R, D]`.
  public func logits(_ hidden: MatrixView, on device: any Device) -> MatrixView {
    let logits = device.matrix(rows: hidden.rows, columns: configuration.vocabularySize)
    self.logits(hidden, into: logits, on: device)
    return logits
  }

  /// The same, written to `output` `[R, V]`.
  public func logits(_ hidden: MatrixView, into output: MatrixView, on device: any Device) {
    let normalized = device.matrix(rows: hidden.rows, columns: hidden.columns)
    normalize(hidden, output: normalized, on: device)
    device.linear(normalized, [.init(weights.head, output: output)])
  }

  /// The losses of some rows, replacing the rows by the gradients of their weighted sum.
  ///
  /// Rows are processed a few at a time, so that logits need little memory.
  ///
  /// - Parameters:
  ///   - hidden: `[R, D]`; becomes its gradient.
  ///   - targets: The token that each row should predict.
  ///   - weights: The factor of each row's loss.
  ///   - logits: A buffer for the logits of at least one row; its size decides how many are processed at a time.
  /// - Returns: The unweighted loss of each row, in nats.
  public func lossGradient(
    _ hidden: MatrixView, targets: [Int32], weights factors: [Float], logits room: MatrixView,
    on device: any Device
  ) -> [Double] {
    stride(from: 0, to: hidden.rows, by: room.rows).flatMap { start in
      let range = start..<min(start + room.rows, hidden.rows)
      return lossGradient(
        hidden.rows(range), targets: Array(targets[range]), weights: Array(factors[range]),
        logits: room.rows(0..<range.count), addingTo: nil, blocks: [], on: device)
    }
  }

  /// Where the gradients of the head's own weights are added.
  public struct Gradients {
    let projection: MatrixView?
    let finalNorm: FloatBuffer?

    /// Gradients to be added to the given buffers.
    ///
    /// - Parameters:
    ///   - projection: `[V, D]`, of the output projection: the embedding's where they are tied. Nil
    ///     where it is not wanted.
    ///   - finalNorm: `[D]`, of the last gain.
    public init(projection: MatrixView?, finalNorm: FloatBuffer?) {
      self.projection = projection
      self.finalNorm = finalNorm
    }
  }

  /// The maximum number of predictions of a sample whose weight gradient is one chain of additions.
  public static let gradientBlock = 128

  /// The same, and adds the gradients of the output projection and of the last gain.
  ///
  /// Order of sums: the predictions of each sample in blocks of `gradientBlock`, one chain each, added
  /// in their order. The size of `room` changes no bit.
  ///
  /// - Parameters:
  ///   - hidden: `[R, D]`, the rows that predict; becomes its gradient.
  ///   - targets: The token that each row should predict.
  ///   - factor: The factor of every loss.
  ///   - predictions: The rows of each sample, one after the other.
  ///   - room: A buffer for the logits of at least `gradientBlock` rows, or of all.
  ///   - gradients: Where to add.
  ///   - device: Where to compute.
  /// - Returns: The unweighted loss of each row, in nats.
  public func lossGradient(
    _ hidden: MatrixView, targets: [Int32], factor: Float, predictions: [Range<Int>],
    logits room: MatrixView, addingTo gradients: Gradients, on device: any Device
  ) -> [Double] {
    let blocks = predictions.flatMap { sample in
      stride(from: sample.lowerBound, to: sample.upperBound, by: Self.gradientBlock).map {
        $0..<min($0 + Self.gradientBlock, sample.upperBound)
      }
    }
    var losses: [Double] = []
    var first = blocks.startIndex
    while first < blocks.endIndex {
      let start = blocks[first].lowerBound
      precondition(blocks[first].count <= room.rows, "no room for a block of logits")
      let last = blocks[first...].prefix { $0.upperBound - start <= room.rows }.endIndex
      let range = start..<blocks[last - 1].upperBound
      losses += lossGradient(
        hidden.rows(range), targets: Array(targets[range]),
        weights: [Float](repeating: factor, count: range.count),
        logits: room.rows(0..<range.count), addingTo: gradients,
        blocks: blocks[first..<last].map { $0.lowerBound - start..<$0.upperBound - start },
        on: device)
      first = last
    }
    return losses
  }

  /// All rows at once.
  private func lossGradient(
    _ rows: MatrixView, targets: [Int32], weights factors: [Float], logits: MatrixView,
    addingTo gradients: Gradients?, blocks: [Range<Int>], on device: any Device
  ) -> [Double] {
    let normalized = device.matrix(rows: rows.rows, columns: rows.columns)
    normalize(rows, output: normalized, on: device)
    device.linear(normalized, [.init(weights.head, output: logits)])
    let losses = device.crossEntropyGradient(logits, targets: targets, weights: factors)
    if let projection = gradients?.projection {
      device.addWeightGradients(
        normalized, [(logits, projection)], samples: blocks, as: .signed)
    }
    device.linearInputGradient([(logits, weights.head)], into: normalized)
    if let finalNorm = gradients?.finalNorm {
      device.addGainGradient(
        rows, epsilon: configuration.rmsNormEpsilon, outputGradient: normalized, samples: blocks,
        to: finalNorm)
    }
    let zero = device.matrix(rows: 1, columns: rows.columns).repeated(rows.rows)
    device.rmsNormInputGradient(
      rows, gain: weights.finalNorm, epsilon: configuration.rmsNormEpsilon,
      outputGradient: normalized, base: zero, result: rows)
    return losses
  }

  /// The loss of each row, in nats, without gradients.
  ///
  /// - Parameter room: A buffer for the logits of at least one row.
  public func losses(
    _ hidden: MatrixView, targets: [Int32], logits room: MatrixView, on device: any Device
  ) -> [Double] {
    stride(from: 0, to: hidden.rows, by: room.rows).flatMap { start in
      let range = start..<min(start + room.rows, hidden.rows)
      logits(hidden.rows(range), into: room.rows(0..<range.count), on: device)
      return device.crossEntropy(
        room.rows(0..<range.count), targets: Array(targets[range]))
    }
  }

  private func normalize(_ hidden: MatrixView, output: MatrixView, on device: any Device) {
    device.rmsNorm(
      hidden, gain: weights.finalNorm, epsilon: configuration.rmsNormEpsilon, output: output)
  }
}

extension LanguageModelHead {
  /// Logits `[B, V]` of the newest positions' last hidden states `[B, D]`, in the order of sums of
  /// `Device.project`.
  ///
  /// - Parameters:
  ///   - hidden: `[B, D]`; overwritten with its normalization.
  ///   - output: `[B, V]`.
  public func decode(_ hidden: MatrixView, into output: MatrixView, on device: any Device) {
    device.rmsNorm(
      hidden, gain: weights.finalNorm, epsilon: configuration.rmsNormEpsilon, output: hidden)
    device.project(hidden, [.init(weights.head, output: output)])
  }
}
