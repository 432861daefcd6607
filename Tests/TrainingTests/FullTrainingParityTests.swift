// SPDX-License-Identifier: Apache-2.0

import SPINCalibration
import SPINCheckpoint
import SPINExecution
import SPINJSON
import SPINKernels
import SPINStorage
import SPINTestSupport
import SPINTraining
import Testing

/// Twenty steps on all weights beside transformers and `torch.optim.AdamW` in float64.
///
/// Tolerance: 1e-4 of each loss, as asked for; what is found is below 3e-6. AdamW divides by the root
/// of squares, so that a gradient near zero moves a value by a whole step either way: changes of a
/// tensor agree to 1e-3 of the sum of their magnitudes, not each number.
struct FullTrainingParityTests {
  /// A run of `training.json`.
  struct Run: CustomTestStringConvertible {
    let object: JSONObject
    var family: String { (try? object.required("family")) ?? "" }
    var testDescription: String { family }

    func numbers(_ key: String) throws -> [Double] { try object.required(key, as: [Double].self) }

    var options: TrainingOptions {
      get throws {
        var options = TrainingOptions()
        options.learningRate = try object.required("learning_rate")
        options.maxGradientNorm = try object.required("max_grad_norm")
        options.warmupSteps = try object.required("warmup_steps")
        options.weightDecay = try object.required("weight_decay")
        options.batchSize = try object.required("batch")
        options.seed = UInt64(try object.required("seed", as: Int.self))
        let name: String = try object.required("schedule")
        options.schedule = try #require(LearningRateSchedule.Kind(rawValue: name))
        options.maxSteps = try numbers("losses").count
        options.loggingSteps = 1
        return options
      }
    }
  }

  static let runs: [Run] = {
    let path = Fixture.root + "/training.json"
    guard let bytes = try? FileSystem.read(path), let json = try? JSON(parsing: bytes, path: path)
    else { return [] }
    return (json.array ?? []).compactMap(\.object).map(Run.init)
  }()

  @Test func everyFamilyHasARun() {
    #expect(Self.runs.map(\.family) == ["llama", "mistral", "qwen2", "qwen3"])
  }

  @Test(arguments: runs) func lossesAndChangesAreThoseOfTransformers(run: Run) throws {
    let model = try TinyTraining.model(run.family)
    let before = model.parameters.map(\.values.values)
    let folder = try TemporaryDirectory()
    let trainer = try Trainer(
      model, samples: TinyTraining.samples(run.family), options: run.options,
      on: Execution(threads: 2))
    let history = try trainer.run(in: folder.path, identity: "parity")
    let losses = try run.numbers("losses")
    #expect(history.entries.count == losses.count)
    for (entry, loss) in zip(history.entries, losses) {
      #expect(abs(entry.loss - loss) < 1e-4 * loss, "step \(entry.step)")
    }
    for (entry, rate) in zip(history.entries, try run.numbers("learning_rates")) {
      #expect(abs(entry.learningRate - rate) <= 1e-15, "step \(entry.step)")
    }
    if try run.options.maxGradientNorm > 0 {
      for (entry, norm) in zip(history.entries, try run.numbers("grad_norms")) {
        #expect(abs((entry.gradientNorm ?? 0) - norm) < 1e-4 * norm, "step \(entry.step)")
      }
    }
    let changes = try run.object.required("changes", as: JSONObject.self)
    #expect(changes.keys.count == model.parameters.count)
    for (parameter, before) in zip(model.parameters, before) {
      let expected = try changes.required(parameter.name, as: [Double].self)
      let change = zip(before, parameter.values.values).map { Double($1) - Double($0) }
      let sums = [
        change.reduce(0, +), change.reduce(0) { $0 + abs($1) },
        change.enumerated().reduce(0) { $0 + $1.element * TinyTraining.cosine($1.offset) },
      ]
      for (found, expected) in zip(sums, expected) {
        #expect(abs(found - expected) < 1e-3 * sums[1], "\(parameter.name)")
      }
    }
  }
}
