// SPDX-License-Identifier: Apache-2.0

import SPINAdapters
import SPINCheckpoint
import SPINDecoderNames
import SPINKernels
import SPINStorage
import SPINTransformer

/// Some samples on their way through a decoder whose states are changed, and back.
struct LoReFTBatch {
  /// The interventions after one block.
  struct Place {
    let layer: Int
    /// One for both ends of a prompt, or one for each.
    ///
    /// As in pyreft, dropout hits the whole changed state, not only its change; nil for none.
    let changes: [(intervention: LowRankIntervention, dropout: Dropout?)]
  }

  /// Memory that batches use one after the other.
  final class Room {
    let tokens, longest: Int
    let walk: DecoderWalk
    /// From the first changed block on: what goes into the block behind it.
    let streams: [FloatBuffer]
    /// What those blocks leave for the backward pass.
    let states: [FloatBuffer]
    let gradient: FloatBuffer
    let logits: MatrixView

    init(_ decoder: Decoder, tokens: Int, longest: Int, from first: Int, on device: any Device) {
      let configuration = decoder.configuration
      (self.tokens, self.longest) = (tokens, longest)
      walk = DecoderWalk(decoder, tokens: tokens, longest: longest, on: device)
      let state = tokens * BlockState.elementsPerToken(configuration)
      let stream = tokens * configuration.hiddenSize
      let above = configuration.layerCount - 1 - first
      states = (0..<above).map { _ in device.buffer(count: state) }
      streams = (0...above).map { _ in device.buffer(count: stream) }
      gradient = device.buffer(count: stream)
      logits = device.matrix(
        rows: Self.logitRows(configuration), columns: configuration.vocabularySize)
    }

    /// How many rows of logits are in memory: 64 MiB at most.
    static func logitRows(_ configuration: DecoderConfiguration) -> Int {
      max(1, min(256, (16 << 20) / configuration.vocabularySize))
    }
  }

  private let decoder: Decoder
  private let batch: TrainingBatch
  private let room: Room
  private let first: Int
  /// For each intervention: the changed rows, sample after sample, and the range of each sample's.
  private let rows: [(rows: [Int], samples: [Range<Int>])]

  init(_ decoder: Decoder, _ batch: TrainingBatch, shape: LoReFT.Shape, room: Room) {
    (self.decoder, self.batch, self.room) = (decoder, batch, room)
    first = shape.layers[0]
    let ends = zip(batch.samples, batch.promptCounts).map { sample, promptCount in
      let ranges = shape.positions.ranges(promptLength: promptCount)
      return [ranges.first, ranges.last].map { $0.map { sample.lowerBound + $0 } }
    }
    let parts = shape.interventionsPerLayer == 2 ? [[0], [1]] : [[0, 1]]
    rows = parts.map { part in
      var (rows, samples): ([Int], [Range<Int>]) = ([], [])
      for ends in ends {
        let begin = rows.count
        for end in part { rows += ends[end] }
        samples.append(begin..<rows.count)
      }
      return (rows, samples)
    }
  }

  /// The sum of the losses of each sample.
  func losses(_ places: [Place], on device: any Device) throws -> [Double] {
    let hidden = stream(0)
    try room.walk.forward(
      layers, [chunk], through: PassingStream(hidden),
      after: { layer, _, output, _ in
        if let place = places.first(where: { $0.layer == layer }) {
          _ = change(output, place, on: device)
        }
      })
    return batch.sampleLosses(
      decoder.head.losses(
        predicting(hidden, on: device), targets: batch.targets, logits: room.logits, on: device))
  }

  /// The same, and adds the gradients of their sum times a factor.
  ///
  /// - Parameters:
  ///   - places: The interventions by layer.
  ///   - factor: The factor of every loss.
  ///   - gradients: Where to add, in the order of the interventions.
  func lossGradient(
    _ places: [Place], factor: Float, into gradients: [[LowRankIntervention.Gradients]],
    on device: any Device
  ) throws -> [Double] {
    let inputs = try forward(places, on: device)
    let hidden = stream(room.streams.count - 1)
    let rows = predicting(hidden, on: device)
    let losses = decoder.head.lossGradient(
      rows, targets: batch.targets,
      weights: [Float](repeating: factor, count: batch.targets.count), logits: room.logits,
      on: device)
    let gradient = MatrixView(room.gradient, rows: batch.tokens.count, columns: hidden.columns)
    device.scatterRows(rows, batch.predictingRows, into: gradient)
    for layer in (first..<layers.count).reversed() {
      if let index = places.firstIndex(where: { $0.layer == layer }) {
        changeGradient(
          gradient, places[index], inputs: inputs[index], into: gradients[index], on: device)
      }
      guard layer > first else { break }
      try room.walk.backward(
        layer, chunk, input: stream(layer - first - 1), gradient: gradient, kept: state(layer),
        needsInputGradient: true, into: NothingElse())
    }
    return batch.sampleLosses(losses)
  }

  /// What the states were before each change.
  private func forward(_ places: [Place], on device: any Device) throws -> [[MatrixView]] {
    var inputs: [[MatrixView]] = []
    try room.walk.forward(
      layers, [chunk], through: Streams(batch: self),
      state: { layer, _ in layer > first ? state(layer) : nil },
      after: { layer, _, output, _ in
        if let place = places.first(where: { $0.layer == layer }) {
          inputs.append(change(output, place, on: device))
        }
      })
    return inputs
  }

  private var layers: Range<Int> { 0..<decoder.configuration.layerCount }
  /// The decoder has no interventions of its own: those that are trained come after each block.
  private var chunk: DecoderWalk.Chunk {
    DecoderWalk.Chunk(batch.tokens, rows: .samples(batch.samples), prompts: nil)
  }

  /// One stream up to the first changed block, and one after each block from there on.
  private struct Streams: StreamStore {
    let batch: LoReFTBatch

    func input(of layer: Int, _ tokens: Range<Int>) -> MatrixView {
      batch.stream(max(0, layer - batch.first - 1))
    }
    func output(of layer: Int, _ tokens: Range<Int>) -> MatrixView {
      batch.stream(max(0, layer - batch.first))
    }
    func keep(outputOf layer: Int, _ tokens: Range<Int>, _ rows: MatrixView) {}
  }

  /// Applies an intervention to hidden states in place; returns their previous values.
  private func change(
    _ hidden: MatrixView, _ place: Place, on device: any Device
  ) -> [MatrixView] {
    zip(place.changes, rows).map { change, part in
      let input = device.matrix(rows: part.rows.count, columns: hidden.columns)
      let output = device.matrix(rows: part.rows.count, columns: hidden.columns)
      device.gatherRows(hidden, part.rows, into: input)
      change.intervention.forward(input, output: output, on: device)
      change.dropout?.apply(
        to: output, places: part.rows.map { batch.firstToken + $0 }, on: device)
      device.replaceRows(output, part.rows, in: hidden)
      return input
    }
  }

  private func changeGradient(
    _ gradient: MatrixView, _ place: Place, inputs: [MatrixView],
    into gradients: [LowRankIntervention.Gradients], on device: any Device
  ) {
    for (index, change) in place.changes.enumerated() {
      let part = rows[index]
      let changed = device.matrix(rows: part.rows.count, columns: gradient.columns)
      device.gatherRows(gradient, part.rows, into: changed)
      change.dropout?.apply(
        to: changed, places: part.rows.map { batch.firstToken + $0 }, on: device)
      change.intervention.backward(
        inputs[index], gradient: changed, samples: part.samples, into: gradients[index],
        on: device)
      device.replaceRows(changed, part.rows, in: gradient)
    }
  }

  private func predicting(_ hidden: MatrixView, on device: any Device) -> MatrixView {
    let rows = device.matrix(rows: batch.predictingRows.count, columns: hidden.columns)
    device.gatherRows(hidden, batch.predictingRows, into: rows)
    return rows
  }

  private func stream(_ index: Int) -> MatrixView {
    MatrixView(
      room.streams[index], rows: batch.tokens.count, columns: decoder.configuration.hiddenSize)
  }

  private func state(_ layer: Int) -> BlockState {
    BlockState(
      decoder.configuration, tokens: batch.tokens.count, buffer: room.states[layer - first - 1])
  }
}

/// The weights of the blocks are left unchanged.
private struct NothingElse: WeightGradientSink {
  func wants(_ projection: MatrixName.Projection) -> Bool { false }
  func add(
    _ input: MatrixView, _ gradients: [(MatrixName.Projection, MatrixView)],
    samples: [Range<Int>], on device: any Device
  ) {}
}
