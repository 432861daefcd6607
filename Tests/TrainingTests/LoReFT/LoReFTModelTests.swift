// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINAdapters
import SPINCalibration
import SPINCheckpoint
import SPINKernels
import SPINStorage
import SPINTestSupport
import SPINTraining
import SPINTransformer
import Testing

/// Interventions as parameters: where they start, their gradients, dropout.
struct LoReFTModelTests {
  private let device = CPUDevice(threadCount: 2)

  private func decoder() throws -> Decoder {
    try Decoder(directory: ModelDirectory(path: Fixture(family: "mistral").path))
  }

  private func shape(_ layers: [Int] = [0, 1], rank: Int = 3, isShared: Bool = false) throws
    -> LoReFT.Shape
  {
    try LoReFT.Shape(
      hiddenSize: 24, rank: rank, layers: layers, positions: PromptPositions(first: 2, last: 2),
      sharesWeights: isShared)
  }

  private func step(batchTokens: Int = 4096, index: Int = 0) throws -> TrainingStep {
    let samples = try Fixture(family: "mistral").samples("general").dropLast().map {
      CalibrationSample(row: 0, tokens: $0.tokens, promptCount: $0.promptCount)
    }
    return TrainingStep(index: index, samples: samples, batchTokens: batchTokens)
  }

  @Test func interventionsStartAsPyreftDrawsThem() throws {
    let size = 2048
    let shape = try LoReFT.Shape(
      hiddenSize: size, rank: 8, layers: [0], positions: PromptPositions(first: 1, last: 1),
      sharesWeights: true)
    func start(_ seed: UInt64, index: Int = 0) -> LoReFT.Intervention {
      TrainedIntervention(
        key: "key", index: index, shape: shape, seed: seed, on: CPUDevice(threadCount: 1)
      ).values
    }
    let values = start(7)
    let bound = 1 / Double(size).squareRoot()
    for numbers in [values.sourceWeight, values.sourceBias] {
      #expect(numbers.allSatisfy { abs(Double($0)) <= bound })
    }
    // 16,384 uniform numbers: their mean and spread are within 5 standard errors.
    let scaled = doubles(values.sourceWeight).map { $0 / bound }
    let mean = scaled.reduce(0, +) / Double(scaled.count)
    let square = scaled.reduce(0) { $0 + $1 * $1 } / Double(scaled.count)
    #expect(abs(mean) < 5 * (1 / 3.0 / 16384).squareRoot())
    #expect(abs(square - 1 / 3.0) < 5 * (4 / 45.0 / 16384).squareRoot())
    // A column of unit length, whose entries have no preferred sign.
    let column = stride(from: 0, to: size * 8, by: 8).map { Double(values.rotateLayer[$0]) }
    #expect(abs(column.reduce(0) { $0 + $1 * $1 } - 1) < 1e-6)
    #expect(abs(column.reduce(0, +)) < 5)
    #expect(start(7) == values)
    #expect(start(8).rotateLayer != values.rotateLayer)
    #expect(start(7, index: 1).sourceWeight != values.sourceWeight)
  }

  @Test func parametersAreNamedAndDecayAsInTheirOriginal() throws {
    let model = try LoReFTModel(decoder(), shape: shape(), seed: 1, on: CPUDevice(threadCount: 1))
    #expect(model.groups.count == 1 && model.parameters.count == 12)
    #expect(
      model.parameters[3..<6].map(\.name) == [
        "layer_0_comp_block_output_unit_pos_nunit_1#1.rotate_layer.parametrizations.weight.original",
        "layer_0_comp_block_output_unit_pos_nunit_1#1.learned_source.weight",
        "layer_0_comp_block_output_unit_pos_nunit_1#1.learned_source.bias",
      ])
    #expect(model.parameters[3..<6].map(\.shape) == [[24, 3], [3, 24], [3]])
    #expect(model.parameters[3..<6].map(\.decays) == [false, true, false])
    #expect(Set(model.parameters.map(\.name)).count == 12)
  }

  /// The gradient of every parameter along a drawn direction, with and without dropout.
  ///
  /// Tolerance: losses are Float32 sums, within 1e-6 of 100; over a step of 2/64 that is 3e-3 of a
  /// slope of order 1, and the curvature adds as much.
  @Test(arguments: [(0.0, false), (0.0, true), (0.4, false), (0.4, true)])
  func gradientsMatchFiniteDifferences(dropout: Double, isShared: Bool) throws {
    let model = try LoReFTModel(
      decoder(), shape: shape([0, 1], isShared: isShared), dropout: dropout, seed: 5,
      on: CPUDevice(threadCount: 1))
    let step = try step(index: 3)
    func loss() throws -> Double {
      for parameter in model.parameters { parameter.gradient.clear() }
      return try model.pass(step, on: device) { _ in }.reduce(0, +) * Double(step.lossFactor)
    }
    _ = try loss()
    let gradients = model.parameters.map { doubles($0.gradient.values) }
    var random = SeededGenerator(seed: 9)
    for (parameter, gradient) in zip(model.parameters, gradients) {
      #expect(gradient.contains { $0 != 0 }, "\(parameter.name)")
      // Along the gradient itself, roughly, so that the slope is not lost in rounding.
      let length = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let direction = gradient.map { Float($0 / length) * (1 + random.nextFloat() / 2) }
      let before = parameter.values.values
      func moved(_ distance: Float) throws -> Double {
        for index in before.indices {
          parameter.values[index] = before[index] + distance * direction[index]
        }
        return try loss()
      }
      let distance: Float = 1.0 / 64
      let slope = (try moved(distance) - moved(-distance)) / Double(2 * distance)
      _ = try moved(0)
      let expected = zip(gradient, direction).reduce(0) { $0 + $1.0 * Double($1.1) }
      #expect(abs(slope - expected) < 2e-2 * abs(expected) + 2e-4, "\(parameter.name)")
    }
  }

  /// On a device whose memory the program cannot touch: losses, gradients, and what a step makes of the numbers.
  @Test(arguments: [false, true]) func anotherDeviceChangesNoBit(isShared: Bool) throws {
    func trained(on device: any Device) throws -> ([Double], LoReFT) {
      let model = try LoReFTModel(
        decoder(), shape: shape(isShared: isShared), dropout: 0.2, seed: 4, on: device)
      var losses: [Double] = []
      for number in 0..<3 {
        losses += try model.pass(step(index: number), on: device) { _ in }
        for parameter in model.parameters {
          try device.adamW(
            parameter.values, gradient: parameter.gradient,
            moments: AdamWMoments(count: parameter.values.count, on: device),
            AdamWStep(learningRate: 1e-2, number: number + 1))
        }
      }
      return (losses, model.adapter(baseModel: ""))
    }
    let (here, there) = (try trained(on: device), try trained(on: DistantDevice()))
    #expect(here.0 == there.0 && here.1 == there.1)
  }

  @Test func dropoutDependsOnSeedStepAndPlaceOnly() throws {
    func losses(seed: UInt64, step: Int, batchTokens: Int, threads: Int) throws -> [Double] {
      let model = try LoReFTModel(
        decoder(), shape: shape(), dropout: 0.3, seed: 2, on: CPUDevice(threadCount: 1))
      let other = LoReFTModel(
        try decoder(), shape: try shape(), dropout: 0.3, seed: seed,
        trained: try shape().layers.enumerated().map { place, layer in
          try shape().keys(layer: layer).enumerated().map { end, key in
            TrainedIntervention(
              key: key, index: 2 * place + end, shape: try shape(), seed: 2,
              on: CPUDevice(threadCount: 1))
          }
        }, on: CPUDevice(threadCount: 1))
      #expect(model.adapter(baseModel: "") == other.adapter(baseModel: ""))
      return try other.pass(
        self.step(batchTokens: batchTokens, index: step), on: CPUDevice(threadCount: threads)
      ) { _ in }
    }
    let expected = try losses(seed: 2, step: 0, batchTokens: 4096, threads: 1)
    #expect(try losses(seed: 2, step: 0, batchTokens: 1, threads: 3) == expected)
    #expect(try losses(seed: 2, step: 1, batchTokens: 4096, threads: 1) != expected)
    #expect(try losses(seed: 3, step: 0, batchTokens: 4096, threads: 1) != expected)
    // Validation knows no dropout.
    let model = try LoReFTModel(
      decoder(), shape: shape(), dropout: 0.3, seed: 2, on: CPUDevice(threadCount: 1))
    let plain = try LoReFTModel(
      decoder(), shape: shape(), dropout: 0, seed: 2, on: CPUDevice(threadCount: 1))
    #expect(
      try model.losses(of: step(), on: device) == plain.losses(of: step(), on: device))
  }

  /// As many numbers are dropped as the probability says; the others are divided by its complement.
  @Test func dropoutHitsItsShare() {
    let device = CPUDevice(threadCount: 2)
    let dropout = Dropout(rate: 0.3, generator: CounterGenerator(seed: 1, step: 2, tensor: 3))
    let states = MatrixView([Float](repeating: 1, count: 40_000), rows: 400, columns: 100)
    dropout.apply(to: states, places: Array(7..<407), on: device)
    let values = states.values
    let dropped = values.count { $0 == 0 }
    #expect(values.allSatisfy { $0 == 0 || $0 == 1 / (1 - Float(0.3)) })
    // Five standard deviations.
    #expect(abs(Double(dropped) - 12_000) < 5 * (40_000 * 0.21).squareRoot())
    // A token's numbers are the same wherever its row lies.
    let alone = MatrixView([Float](repeating: 1, count: 100), rows: 1, columns: 100)
    dropout.apply(to: alone, places: [17], on: device)
    #expect(alone.values == states.rows(10..<11).values)
  }

  @Test func whatCannotBeTrainedIsSaid() throws {
    func message(_ body: () throws -> Void) -> String {
      do { try body() } catch { return "\(error)" }
      return "nothing was thrown"
    }
    #expect(
      message {
        _ = try LoReFTModel(
          decoder(), shape: shape([0, 3]), seed: 1, on: CPUDevice(threadCount: 1))
      }
        == "the adapter changes layer 3, the model has 3 layers; give layers from 0 to 2")
    #expect(
      message {
        _ = try LoReFTModel(
          decoder(), shape: shape(), dropout: 1, seed: 1, on: CPUDevice(threadCount: 1))
      }
        == "a dropout of 1.0 is not at least 0 and less than 1")
    #expect(
      message { _ = try shape(rank: 24) }
        == "a rank of 24 does not fit hidden states of 24 numbers; give one between 1 and 23")
  }
}
