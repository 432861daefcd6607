// SPDX-License-Identifier: Apache-2.0

import SPINErrors
public import SPINExecution
import SPINKernels
import SPINStorage
public import SPINTransformer

/// What a model makes of some texts after one of its blocks: one vector of D numbers a text.
public struct HiddenStates: Sendable, Equatable {
  /// The block, from 0, after which the states are read: the residual stream, before any later norm.
  ///
  /// In transformers `hidden_states[layer + 1]`; for the last block, where that is normed, what goes
  /// into the norm.
  public let layer: Int
  /// The mean over all tokens of each text, special ones included, in double precision.
  public let mean: [[Double]]
  /// The state of the last token of each text.
  public let last: [[Double]]
}

/// Takes texts through a model and gives their hidden states, layer by layer.
///
///     let reader = HiddenStateReader(model.decoder, on: Execution(threads: 2))
///     try reader.read(questions.map { model.tokenizer.encode($0) }) { states in
///       print(states.layer, states.mean[0].count)
///     }
///
/// All texts pass a block before any passes the next: its weights are read once, and what is kept is
/// one residual stream of all tokens, not the states of all layers. States depend neither on threads
/// and chunks nor on which other texts are there, to the bit.
public final class HiddenStateReader {
  private let decoder: Decoder
  private let execution: Execution
  private let device: any Device
  private let chunkTokens: Int

  /// - Parameters:
  ///   - decoder: The model, edited or not.
  ///   - execution: Where to compute.
  ///   - chunkTokens: Tokens that pass a block together; a longer text does alone.
  public init(_ decoder: Decoder, on execution: Execution, chunkTokens: Int = 1024) {
    precondition(chunkTokens >= 1, "chunkTokens must be at least 1")
    self.decoder = decoder
    self.chunkTokens = chunkTokens
    self.execution = execution
    device = execution.open()
  }

  /// How many tokens are processed at a time within the memory budget, with the states of all texts held.
  ///
  /// - Parameters:
  ///   - longest: Tokens of the longest text.
  ///   - total: Tokens of all texts.
  /// - Throws: `SPINError` with code `usage` where the budget is too small for one text at a time.
  package func plan(longest: Int, total: Int) throws -> ForwardCost.Plan {
    let rows = ForwardCost.halvings(from: max(longest, min(chunkTokens, total)), to: longest)
    let widths = rows.map { rows in
      var width = ForwardCost.Width(rows: rows, longest: longest, logitRows: 0)
      width.streamRows = total
      return width
    }
    return try ForwardCost(decoder, on: device).plan(widths, execution: execution)
  }

  /// Reads the states of texts after each block.
  ///
  /// - Parameters:
  ///   - texts: Token ids of each text; at least one token, at most as many as the model has
  ///     positions.
  ///   - shouldStop: Checked some twenty times a second; true ends the work with an error of code `interrupted`.
  ///   - onLayer: Called with the states after each block, from the first to the last.
  /// - Throws: `SPINError` for a text that is empty or too long, an id outside the vocabulary, states
  ///   that are not numbers; and what `onLayer` throws.
  public func read(
    _ texts: [[Int32]], shouldStop: () -> Bool = { false },
    onLayer: (HiddenStates) throws -> Void
  ) throws {
    try TokenSequence.check(texts, for: decoder.configuration)
    if let index = texts.firstIndex(where: \.isEmpty) {
      throw SPINError(.malformedInput, at: "text \(index)", "has no tokens")
    }
    let lengths = texts.map(\.count)
    guard let longest = lengths.max() else { return }
    let total = lengths.reduce(0, +)
    let plan = try plan(longest: longest, total: total)
    defer { decoder.weights.releasePages() }
    let walk = DecoderWalk(decoder, tokens: plan.width.rows, longest: longest, on: device)
    walk.keepsWeights = plan.keepsWeights
    let stream = device.matrix(rows: total, columns: decoder.configuration.hiddenSize)
    let starts = lengths.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
    let chunks = SequenceChunks.ranges(lengths, limit: plan.width.rows).map { chunk in
      let first = starts[chunk.lowerBound]
      return DecoderWalk.Chunk(
        texts[chunk].flatMap(\.self), from: first,
        samples: chunk.map { starts[$0] - first..<starts[$0 + 1] - first })
    }
    for layer in 0..<decoder.configuration.layerCount {
      try withoutActuallyEscaping(shouldStop) { shouldStop in
        try walk.forward(
          layer..<layer + 1, chunks, through: PassingStream(stream), shouldStop: shouldStop)
      }
      guard !shouldStop() else { throw SPINError.stopped() }
      try onLayer(pooled(stream, layer, starts))
    }
  }

  /// Adds the tokens of each text in their order.
  private func pooled(_ stream: MatrixView, _ layer: Int, _ starts: [Int]) throws -> HiddenStates {
    let width = stream.columns
    var (means, lasts): ([[Double]], [[Double]]) = ([], [])
    for (start, end) in zip(starts, starts.dropFirst()) {
      var sum = [Double](repeating: 0, count: width)
      for token in start..<end {
        let place = stream.offset + token * stream.stride
        device.download(stream.buffer, place..<place + width) { row in
          for column in 0..<width { sum[column] += Double(row[column]) }
        }
      }
      let last = device.values(of: stream.rows(end - 1..<end)).map(Double.init)
      guard sum.allSatisfy(\.isFinite), last.allSatisfy(\.isFinite) else {
        throw SPINError(
          .checkFailed, "the model gives hidden states that are not finite numbers",
          remedy: "look for weights that are not finite with spin inspect MODEL --values")
      }
      means.append(sum.map { $0 / Double(end - start) })
      lasts.append(last)
    }
    return HiddenStates(layer: layer, mean: means, last: lasts)
  }
}
