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

/// LoRA and DoRA in training, against PEFT and against themselves.
struct LowRankTrainingTests {
  /// 20 steps of AdamW from PEFT's beginning: the losses of every step, and the adapter at the end.
  ///
  /// Both sides compute in Float32, in other orders of sums. Measured are 2e-7 for losses, 4e-6 of the
  /// largest value for factors and 7e-7 for magnitudes; a machine with other instructions may add a
  /// little, and AdamW turns the rounding of a gradient near zero into part of a step.
  @Test(arguments: AdapterFixture.names)
  func lossesAndFinalAdaptersAreThoseOfPEFT(_ name: String) throws {
    let run = try ParityRun(name)
    let losses = try run.train(CPUDevice(threadCount: 1))
    let expected = try run.fixture.floats("losses")
    #expect(losses.count == 20 && expected.count == 20)
    for (step, (found, expected)) in zip(losses, expected).enumerated() {
      #expect(abs(found / Double(expected) - 1) < 2e-6, "step \(step): \(found), \(expected)")
    }
    let final = try LowRankAdapter(path: run.fixture.path)
    for (ours, theirs) in zip(run.model.adapter.matrices, final.matrices) {
      #expect(ours.name == theirs.name && ours.rank == theirs.rank)
      #expect(normalizedError(ours.a.values, doubles(theirs.a.values)) < 5e-5, "\(ours.name)")
      #expect(normalizedError(ours.b.values, doubles(theirs.b.values)) < 5e-5, "\(ours.name)")
      #expect((ours.magnitude == nil) == (theirs.magnitude == nil))
      if let ours = ours.magnitude, let theirs = theirs.magnitude {
        #expect(normalizedError(ours.values, doubles(theirs.values)) < 1e-5)
      }
    }
  }

  /// PEFT's trained adapter gives PEFT's logits, without being merged.
  @Test(arguments: AdapterFixture.names) func logitsOfALoadedAdapterAreThoseOfPEFT(
    _ name: String
  ) throws {
    let fixture = try AdapterFixture(name)
    let decoder = try Decoder(directory: ModelDirectory(path: fixture.model))
    let adapter = try LowRankAdapter(path: fixture.path)
    let model = LowRankModel(
      decoder, adapter, seed: 0, memory: ParityRun.memory, on: CPUDevice(threadCount: 1))
    let device = CPUDevice(threadCount: 2)
    let tokens = try Fixture(family: String(name.prefix { $0 != "-" })).samples("privacy")[3].tokens
    let expected = doubles(try fixture.floats("logits"))
    model.updateFactors(on: device)
    let found = model.decoder.logits(of: tokens, on: device).values
    // Measured: 8e-7, both sides being Float32.
    #expect(normalizedError(found, expected) < 1e-5)
    // The adapter does something.
    let plain = decoder.logits(of: tokens, on: device).values
    #expect(normalizedError(plain, expected) > 1e-2)
    // And comes back as it was.
    #expect(model.adapter.matrices.map(\.b.values) == adapter.matrices.map(\.b.values))
  }

  /// Gradients of A, B and m against differences of the loss, with dropout on both sides.
  ///
  /// The loss is known to about 1e-7 of its size, so a step of 5e-3 gives differences to about 1e-4.
  /// DoRA's norm counts as a constant on the way back, so differences are taken without its change.
  @Test(arguments: ["llama-lora", "qwen2-rslora", "qwen3-lora"])
  func gradientsMatchFiniteDifferences(_ name: String) throws {
    let run = try ParityRun(name, from: .trained)
    let device = CPUDevice(threadCount: 2)
    let step = run.step(2)
    _ = try run.model.pass(step, on: device) { _ in }
    var generator = SeededGenerator(seed: 4)
    for parameter in run.model.parameters {
      let gradient = parameter.gradient.values(0..<parameter.values.count)
      let scale = gradient.map(abs).max() ?? 0
      for _ in 0..<2 {
        let index = Int.random(in: 0..<parameter.values.count, using: &generator)
        let value = parameter.values[index]
        func loss(_ change: Float) throws -> Double {
          parameter.values[index] = value + change
          defer { parameter.values[index] = value }
          return try run.trainingLoss(step, device)
        }
        let h: Float = 5e-3
        let difference = (try loss(h) - loss(-h)) / (Double(value + h) - Double(value - h))
        #expect(
          abs(difference - Double(gradient[index])) < 5e-3 * Double(scale) + 2e-4,
          "\(parameter.name) [\(index)]: \(difference), \(gradient[index])")
      }
    }
  }

  /// How samples are cut into batches, what is computed twice, and threads change no bit.
  @Test(arguments: AdapterFixture.names) func batchesMemoryAndThreadsChangeNoBit(
    _ name: String
  ) throws {
    var expected: ([Double], [[Float]])?
    for (threads, tokens, kept) in [(1, 1_000, Int.max / 2), (3, 1, 0), (2, 40, 60_000)] {
      let run = try ParityRun(
        name, batchTokens: tokens, memory: .init(keptStateBytes: kept, logitRows: 128))
      let losses = try run.train(CPUDevice(threadCount: threads), steps: 3)
      let values = run.model.parameters.map(\.values.values)
      if let expected {
        #expect(losses == expected.0 && values == expected.1, "\(threads) \(tokens) \(kept)")
      }
      expected = (losses, values)
    }
  }

  @Test func anAdapterBeginsAsPEFTBeginsIt() throws {
    let fixture = try AdapterFixture("llama-dora")
    let decoder = try Decoder(directory: ModelDirectory(path: fixture.model))
    let final = try LowRankAdapter(path: fixture.path)
    let device = CPUDevice(threadCount: 1)
    func begin(_ seed: UInt64) throws -> LowRankModel {
      try LowRankModel(
        decoder, final.configuration, seed: seed, memory: ParityRun.memory, on: device)
    }
    let model = try begin(1)
    let directory = try ParityRun.initialFolder(fixture)
    let initial = try LowRankAdapter(path: directory.path)
    #expect(model.adapter.matrices.map(\.name) == initial.matrices.map(\.name))
    for (ours, theirs) in zip(model.adapter.matrices, initial.matrices) {
      let bound = 1 / Float(ours.a.columns).squareRoot()
      let values = ours.a.values
      #expect(values.allSatisfy { abs($0) <= bound })
      #expect(Set(values).count == values.count)
      #expect((values.map(abs).max() ?? 0) > 0.8 * bound)
      #expect(ours.b.values.allSatisfy { $0 == 0 })
      // Norms of rows, which PyTorch adds in another order.
      let magnitudes = try #require(theirs.magnitude).values
      #expect(normalizedError(try #require(ours.magnitude).values, doubles(magnitudes)) < 1e-6)
    }
    #expect(try begin(1).adapter.matrices.map(\.a.values) == model.adapter.matrices.map(\.a.values))
    #expect(try begin(2).adapter.matrices.map(\.a.values) != model.adapter.matrices.map(\.a.values))
  }

  /// On a device whose memory the program cannot touch.
  @Test(arguments: ["llama-lora", "qwen2-dora"]) func anotherDeviceChangesNoBit(name: String) throws
  {
    let here = try ParityRun(name)
    let losses = try here.train(CPUDevice(threadCount: 2), steps: 4)
    let device = DistantDevice()
    let there = try ParityRun(name, on: device)
    #expect(try there.train(device, steps: 4) == losses)
    let (found, expected) = (there.model.adapter, here.model.adapter)
    for (found, expected) in zip(found.matrices, expected.matrices) {
      #expect(found.a.values == expected.a.values && found.b.values == expected.b.values)
      #expect(found.magnitude?.values == expected.magnitude?.values)
    }
  }

  /// Losses without training drop nothing, and leave gradients alone.
  @Test func validationDropsNothing() throws {
    let run = try ParityRun("qwen2-dora", from: .trained)
    let device = CPUDevice(threadCount: 1)
    let plain = try run.model.losses(of: run.step(0), on: device)
    #expect(try run.model.losses(of: run.step(0), on: device) == plain)
    let dropped = try run.model.pass(run.step(0), on: device) { _ in }
    #expect(dropped != plain)
  }
}

/// Training a fixture's adapter as PEFT trained it.
struct ParityRun {
  enum Beginning { case initial, trained }

  static let memory = DecoderPass.Memory(keptStateBytes: 1 << 30, logitRows: 128)
  let fixture: AdapterFixture
  let model: LowRankModel
  private let samples: [CalibrationSample]
  private let batchTokens: Int

  init(
    _ name: String, from beginning: Beginning = .initial, batchTokens: Int = 1_000,
    memory: DecoderPass.Memory = Self.memory,
    on device: any Device = CPUDevice(threadCount: 1)
  ) throws {
    fixture = try AdapterFixture(name)
    let golden = try Fixture(family: String(name.prefix { $0 != "-" }))
    samples = try ["privacy", "fairness", "general"].flatMap { try golden.samples($0) }
      .filter { $0.tokens.count > $0.promptCount }
      .map { CalibrationSample(row: 0, tokens: $0.tokens, promptCount: $0.promptCount) }
    self.batchTokens = batchTokens
    let decoder = try Decoder(directory: ModelDirectory(path: fixture.model))
    let directory = try Self.initialFolder(fixture)
    let path = beginning == .initial ? directory.path : fixture.path
    model = LowRankModel(
      decoder, try LowRankAdapter(path: path), seed: 7, memory: memory,
      on: device)
  }

  /// The adapter before training, as a folder of its own.
  static func initialFolder(_ fixture: AdapterFixture) throws -> TemporaryDirectory {
    let directory = try TemporaryDirectory()
    for (source, target) in [
      ("adapter_config.json", "adapter_config.json"),
      ("initial.safetensors", LowRankAdapter.fileName),
    ] {
      try OutputFile.write(
        try FileSystem.read(fixture.path + "/" + source), to: directory.file(target))
    }
    return directory
  }

  func step(_ index: Int) -> TrainingStep {
    TrainingStep(
      index: index, samples: (0..<4).map { samples[(4 * index + $0) % samples.count] },
      batchTokens: batchTokens)
  }

  /// The loss of a step with its dropout, and gradients as they were.
  func trainingLoss(_ step: TrainingStep, _ device: CPUDevice) throws -> Double {
    let before = model.parameters.map(\.gradient.values)
    let losses = try model.pass(step, on: device) { _ in }
    for (parameter, values) in zip(model.parameters, before) {
      for (index, value) in values.enumerated() { parameter.gradient[index] = value }
    }
    return losses.reduce(0, +) / Double(step.targetCount)
  }

  /// AdamW as PyTorch's, the decay included; returns the loss of each step.
  func train(_ device: any Device, steps: Int = 20) throws -> [Double] {
    let rate = Double(try fixture.floats("learning_rate")[0])
    let moments = model.parameters.map { AdamWMoments(count: $0.values.count, on: device) }
    return try (0..<steps).map { number in
      let step = step(number)
      let losses = try model.pass(step, on: device) { _ in }
      for (parameter, moments) in zip(model.parameters, moments) {
        #expect(parameter.decays)
        try device.adamW(
          parameter.values, gradient: parameter.gradient, moments: moments,
          AdamWStep(learningRate: rate, weightDecay: 0.01, number: number + 1))
      }
      return losses.reduce(0, +) / Double(step.targetCount)
    }
  }
}
