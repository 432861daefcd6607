// SPDX-License-Identifier: Apache-2.0

public import SPINAdapters
import SPINErrors
public import SPINKernels
import SPINStorage
public import SPINTransformer

/// A decoder whose weights do not change and whose hidden states are changed by interventions that are trained.
///
/// The backward pass goes down to the first block behind which states are changed, and no deeper.
public final class LoReFTModel: TrainableModel {
  /// The layers, positions and rank of the interventions that are trained.
  public let shape: LoReFT.Shape
  /// The probability with which numbers of changed states are dropped.
  public let dropout: Double
  /// One group: all interventions.
  public let groups: [ParameterGroup]

  private let decoder: Decoder
  private let device: any Device
  private let seed: UInt64
  /// By layer of the shape, then as `LoReFT.Shape.keys`.
  private let trained: [[TrainedIntervention]]
  private var room: LoReFTBatch.Room?

  /// Draws interventions for a model.
  ///
  /// - Parameters:
  ///   - decoder: The model; it must have no interventions of its own.
  ///   - shape: What is trained.
  ///   - dropout: At least 0, less than 1.
  ///   - seed: Of the first numbers and of dropout.
  ///   - device: In whose memory.
  /// - Throws: `SPINError` for a shape that does not fit the model or a dropout out of range.
  public convenience init(
    _ decoder: Decoder, shape: LoReFT.Shape, dropout: Double = 0, seed: UInt64,
    on device: any Device
  ) throws {
    try shape.check(decoder.configuration)
    guard dropout >= 0, dropout < 1 else {
      throw SPINError(.usage, "a dropout of \(dropout) is not at least 0 and less than 1")
    }
    var index = 0
    let trained = shape.layers.map { layer in
      shape.keys(layer: layer).map { key in
        defer { index += 1 }
        return TrainedIntervention(key: key, index: index, shape: shape, seed: seed, on: device)
      }
    }
    self.init(decoder, shape: shape, dropout: dropout, seed: seed, trained: trained, on: device)
  }

  package init(
    _ decoder: Decoder, shape: LoReFT.Shape, dropout: Double, seed: UInt64,
    trained: [[TrainedIntervention]], on device: any Device
  ) {
    self.device = device
    precondition(decoder.interventions == nil, "the decoder has interventions")
    (self.decoder, self.shape, self.dropout, self.seed) = (decoder, shape, dropout, seed)
    self.trained = trained
    groups = [
      ParameterGroup(
        name: "interventions",
        parameters: trained.flatMap { $0.flatMap(\.parameters) })
    ]
  }

  /// The interventions as they are now.
  ///
  /// - Parameter baseModel: What the model is called, for people.
  public func adapter(baseModel: String) -> LoReFT {
    LoReFT(
      shape: shape, interventions: trained.map { $0.map(\.values) }, dropout: dropout,
      baseModel: baseModel)
  }

  /// As `TrainableModel` says; the only group is complete at the end.
  public func pass(
    _ step: TrainingStep, on device: any Device, onComplete: (ParameterGroup) throws -> Void
  ) throws -> [Double] {
    let places = places(step: step.index)
    let gradients = trained.map { $0.map(\.gradients) }
    let losses = try step.batches.flatMap { batch in
      try prepared(batch).lossGradient(
        places, factor: step.lossFactor, into: gradients, on: device)
    }
    for (trained, gradients) in zip(trained.joined(), gradients.joined()) {
      trained.finish(gradients)
    }
    for group in groups { try onComplete(group) }
    return losses
  }

  /// As `TrainableModel` says.
  public func losses(of step: TrainingStep, on device: any Device) throws -> [Double] {
    let places = places(step: nil)
    return try step.batches.flatMap { try prepared($0).losses(places, on: device) }
  }

  /// The interventions by layer, ready to compute; without dropout where there is no step.
  private func places(step: Int?) -> [LoReFTBatch.Place] {
    let count = trained.joined().count
    var index = 0
    return zip(shape.layers, trained).map { layer, trained in
      LoReFTBatch.Place(
        layer: layer,
        changes: trained.map { trained in
          defer { index += 1 }
          // The first 3 x count tensors are the numbers that training starts from.
          return (
            trained.values.computed(shape),
            step.flatMap { step in
              dropout == 0
                ? nil
                : Dropout(
                  rate: Float(dropout),
                  generator: CounterGenerator(seed: seed, step: step, tensor: 3 * count + index))
            }
          )
        })
    }
  }

  private func prepared(_ batch: TrainingBatch) -> LoReFTBatch {
    let longest = batch.samples.map(\.count).max() ?? 0
    if let room, room.tokens >= batch.tokens.count, room.longest >= longest {
      return LoReFTBatch(decoder, batch, shape: shape, room: room)
    }
    let (tokens, positions) = (room?.tokens ?? 0, room?.longest ?? 0)
    // The old memory goes before the new is there.
    room = nil
    let larger = LoReFTBatch.Room(
      decoder, tokens: max(batch.tokens.count, tokens), longest: max(longest, positions),
      from: shape.layers[0], on: device)
    room = larger
    return LoReFTBatch(decoder, batch, shape: shape, room: larger)
  }
}
