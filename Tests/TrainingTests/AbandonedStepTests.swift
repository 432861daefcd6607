// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINExecution
import SPINKernels
import SPINStorage
import SPINTestSupport
import SPINTraining
import Testing

/// A step that takes long is abandoned within, and done whole at the next run.
struct AbandonedStepTests {
  /// A model whose passes take as long as the test wants.
  private final class Slow: TrainableModel {
    let model: FullModel
    /// Called before the pass proper.
    var onPass: (any Device) -> Void = { _ in }
    /// Called when a group of a pass has been dealt with.
    var onGroup: (any Device) -> Void = { _ in }
    private(set) var passCount = 0

    init(_ model: FullModel) { self.model = model }

    var groups: [ParameterGroup] { model.groups }
    var keepsGradients: Bool { model.keepsGradients }

    func pass(
      _ step: TrainingStep, on device: any Device, onComplete: (ParameterGroup) throws -> Void
    ) throws -> [Double] {
      passCount += 1
      onPass(device)
      return try model.pass(step, on: device) { group in
        try onComplete(group)
        onGroup(device)
      }
    }

    func losses(of step: TrainingStep, on device: any Device) throws -> [Double] {
      try model.losses(of: step, on: device)
    }
  }

  private static func wait(_ duration: Duration, _ device: any Device) {
    let one = MatrixView(FloatBuffer([1]), rows: 1, columns: 1)
    let start = ContinuousClock.now
    while ContinuousClock.now - start < duration, !device.wasAbandoned {
      device.add(one, one, result: one)
    }
  }

  @Test(arguments: [(1.0, true), (1.0, false), (0.0, false)])
  func anAbandonedStepChangesNothing(maxNorm: Double, keepsGradients: Bool) throws {
    let directory = try TemporaryDirectory()
    var options = TrainingOptions()
    options.batchSize = 4
    options.maxSteps = 5
    options.learningRate = 2e-3
    options.maxGradientNorm = maxNorm
    let memory = FullModel.Memory(
      keepsGradients: keepsGradients, pass: .init(keptStateBytes: 1 << 30, logitRows: 128))
    func run(_ name: String, stopInPass pass: Int?) throws -> [[Float]]? {
      let model = Slow(try TinyTraining.model("qwen2", memory: memory))
      var isStopped = false
      model.onPass = { device in
        guard model.passCount == pass else { return }
        isStopped = true
        Self.wait(.seconds(20), device)
        #expect(device.wasAbandoned)
      }
      let trainer = try Trainer(
        model, samples: TinyTraining.samples("qwen2"), options: options,
        on: Execution(threads: 2))
      do {
        _ = try trainer.run(
          in: directory.file(name), identity: "\(maxNorm)", shouldStop: { isStopped })
        return model.parameters.map(\.values.values)
      } catch let error as SPINError where error.code == .interrupted { return nil }
    }
    let expected = try #require(try run("whole", stopInPass: nil))
    // In the first step, in the second, and where gradients are not kept in both of its passes.
    for pass in [1, 2, 3, 4] {
      #expect(try run("run-\(pass)", stopInPass: pass) == nil)
      #expect(try run("run-\(pass)", stopInPass: nil) == expected)
    }
  }

  /// Once a parameter has changed the step is done to its end, however long ago the stop was asked for.
  @Test func aStepThatHasChangedSomethingIsFinished() throws {
    let directory = try TemporaryDirectory()
    var options = TrainingOptions()
    options.batchSize = 4
    options.maxSteps = 3
    options.learningRate = 2e-3
    options.maxGradientNorm = 0
    let memory = FullModel.Memory(
      keepsGradients: false, pass: .init(keptStateBytes: 1 << 30, logitRows: 128))
    func run(_ name: String, stopInPass pass: Int?) throws -> [[Float]]? {
      let model = Slow(try TinyTraining.model("qwen2", memory: memory))
      var isStopped = false
      model.onGroup = { device in
        guard model.passCount == pass, !isStopped else { return }
        isStopped = true
        Self.wait(.milliseconds(300), device)
        #expect(!device.wasAbandoned)
      }
      let trainer = try Trainer(
        model, samples: TinyTraining.samples("qwen2"), options: options,
        on: Execution(threads: 2))
      do {
        let history = try trainer.run(
          in: directory.file(name), identity: "", shouldStop: { isStopped })
        #expect(history.stepCount == 3)
        return model.parameters.map(\.values.values)
      } catch let error as SPINError where error.code == .interrupted { return nil }
    }
    let expected = try #require(try run("whole", stopInPass: nil))
    #expect(try run("stopped", stopInPass: 2) == nil)
    #expect(try run("stopped", stopInPass: nil) == expected)
  }
}
