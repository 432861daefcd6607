// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINCheckpoint
import SPINDecoderNames
import SPINKernels
import SPINStorage
import SPINTestSupport
import SPINTransformer
import Testing

/// Keeps the gradient of every matrix of one block, as plain sums.
private final class GradientRecorder: WeightGradientSink {
  private(set) var gradients: [MatrixName.Projection: MatrixView] = [:]

  func wants(_ projection: MatrixName.Projection) -> Bool { true }

  func add(
    _ input: MatrixView, _ terms: [(MatrixName.Projection, MatrixView)], samples: [Range<Int>],
    on device: any Device
  ) {
    for (projection, gradient) in terms {
      let total = MatrixView(rows: gradient.columns, columns: input.columns)
      gradients[projection] = total
      device.addWeightGradients(input, [(gradient, total)], samples: samples, as: .signed)
    }
  }
}

/// Every family against transformers in double precision.
///
/// Tolerances: transformers in its own float32 is within 1e-5 (logits) and 6e-6 (gradients) of the
/// double-precision values (`Tests/Fixtures/MANIFEST.json`, "arithmetic"). Ours may be off by a few
/// times as much, as the order of sums differs.
struct DecoderTests {
  static let logitTolerance = 2e-5
  static let gradientTolerance = 2e-5

  @Test(arguments: Fixture.families) func logitsMatchTransformers(family: String) throws {
    let fixture = try Fixture(family: family)
    let decoder = try Decoder(directory: ModelDirectory(path: fixture.path))
    let samples = try fixture.samples("privacy")
    for set in KernelSet.available {
      let device = CPUDevice(threadCount: 2, kernelSet: set)
      for index in [1, 3] {
        let logits = decoder.logits(of: samples[index].tokens, on: device)
        let expected = doubles(try fixture.floats("privacy/\(index)/logits"))
        #expect(normalizedError(logits.values, expected) < Self.logitTolerance, "\(set.name)")
      }
    }
  }

  @Test(arguments: Fixture.families) func hiddenStatesMatchBlockByBlock(family: String) throws {
    let fixture = try Fixture(family: family)
    let decoder = try Decoder(directory: ModelDirectory(path: fixture.path))
    let tokens = try fixture.samples("privacy")[3].tokens
    for depth in 0...decoder.configuration.layerCount {
      let hidden = decoder.hiddenStates(of: tokens, depth: depth, on: CPUDevice(threadCount: 1))
      let expected = doubles(try fixture.floats("privacy/3/hidden/\(depth)"))
      #expect(normalizedError(hidden.values, expected) < 1e-5, "after \(depth) blocks")
    }
  }

  @Test(arguments: Fixture.families) func gradientsOfEveryMatrixMatch(family: String) throws {
    let fixture = try Fixture(family: family)
    let decoder = try Decoder(directory: ModelDirectory(path: fixture.path))
    let samples = try fixture.samples("privacy")
    let losses = try fixture.floats("privacy/loss")
    for index in [1, 3] {
      let (tokens, promptCount) = samples[index]
      let run = BackwardRun(decoder: decoder, tokens: tokens, promptCount: promptCount)
      #expect(abs(run.loss - Double(losses[index])) < 1e-5)
      for (name, gradient) in run.gradients {
        let expected = doubles(try fixture.floats("privacy/\(index)/gradient/\(name)"))
        #expect(normalizedError(gradient, expected) < Self.gradientTolerance, "\(name)")
      }
      #expect(run.gradients.count == 7 * decoder.configuration.layerCount)
    }
  }

  /// One sample, forward and backward, as plainly as the parts allow.
  private struct BackwardRun {
    var loss = 0.0
    var gradients: [String: [Float]] = [:]

    init(decoder: Decoder, tokens: [Int32], promptCount: Int) {
      let device = CPUDevice(threadCount: 2)
      let configuration = decoder.configuration
      let samples = [0..<tokens.count]
      let rotary = decoder.rotaryEmbedding(positionCount: tokens.count)
      let workspace = BlockWorkspace(configuration, tokens: tokens.count, on: device)
      let inputs = (0...configuration.layerCount).map { _ in
        MatrixView(rows: tokens.count, columns: configuration.hiddenSize)
      }
      let states = (0..<configuration.layerCount).map { _ in
        BlockState(configuration, tokens: tokens.count, on: device)
      }
      decoder.embed(tokens, into: inputs[0], on: device)
      for layer in 0..<configuration.layerCount {
        decoder.block(layer, rotary: rotary).forward(
          inputs[layer], output: inputs[layer + 1], state: states[layer], workspace: workspace,
          rows: .samples(samples), on: device)
      }
      let positions = Array(promptCount..<tokens.count)
      let rows = MatrixView(rows: positions.count, columns: configuration.hiddenSize)
      let before = positions.map { $0 - 1 }
      device.gatherRows(inputs[configuration.layerCount], before, into: rows)
      // Two rows at a time, so that the last step is a partial one.
      let losses = decoder.head.lossGradient(
        rows, targets: positions.map { tokens[$0] },
        weights: positions.map { _ in 1 / Float(positions.count) },
        logits: MatrixView(rows: 2, columns: configuration.vocabularySize), on: device)
      loss = losses.reduce(0, +) / Double(losses.count)
      let gradient = MatrixView(rows: tokens.count, columns: configuration.hiddenSize)
      device.scatterRows(rows, before, into: gradient)
      for layer in (0..<configuration.layerCount).reversed() {
        let recorder = GradientRecorder()
        decoder.block(layer, rotary: rotary).backward(
          inputs[layer], gradient: gradient, state: states[layer], workspace: workspace,
          samples: samples, needsInputGradient: layer > 0, into: recorder, on: device)
        for (projection, matrix) in recorder.gradients {
          gradients[MatrixName(layer: layer, projection: projection).tensor] = matrix.values
        }
      }
    }
  }

  /// A trained model with its published likelihood, where it is; the small models' losses stand in `golden.safetensors`.
  @Test(.enabled(if: SharedMaterial.path != nil, "\(SharedMaterial.need)"))
  func storiesReachTheirPublishedLikelihood() throws {
    let path = try #require(SharedMaterial.path) + "/models/stories260K"
    let decoder = try Decoder(directory: ModelDirectory(path: path))
    // The ids of golden.json's sentence under the model's own tokenizer, BOS first.
    let tokens = StoriesSentence.tokens
    let device = CPUDevice(threadCount: 2)
    let logits = decoder.logits(of: tokens, on: device)
    let losses = device.crossEntropy(
      logits.rows(0..<tokens.count - 1), targets: Array(tokens.dropFirst()))
    #expect(abs(losses.reduce(0, +) - 54.404121) < 1e-4)
  }
}

private enum StoriesSentence {
  static let tokens: [Int32] = [
    1, 385, 328, 432, 261, 280, 305, 330, 272, 414, 444, 272, 277, 264, 261, 262, 415, 271, 422,
    410, 354, 422, 318, 264, 285, 265, 334, 341, 334, 412, 433, 259, 276, 411, 426,
  ]
}
