// SPDX-License-Identifier: Apache-2.0

import SPINCalibration
import SPINKernels
import SPINStorage
import SPINTestSupport
import SPINTraining
import Testing

/// Every gradient against differences of the loss.
struct FullModelTests {
  @Test(arguments: Fixture.families) func gradientsAreThoseOfDifferences(family: String) throws {
    let model = try TinyTraining.model(family)
    let device = CPUDevice(threadCount: 2)
    let samples = Array(try TinyTraining.samples(family).prefix(5))
    let step = TrainingStep(index: 0, samples: samples, batchTokens: 1024)
    func loss() throws -> Double {
      try model.losses(of: step, on: device).reduce(0, +) / Double(step.targetCount)
    }
    let losses = try model.pass(step, on: device) { _ in }
    #expect(try losses == model.losses(of: step, on: device))
    for parameter in model.parameters {
      let gradient = parameter.gradient.values.map(Double.init)
      // The direction of the gradient itself: the largest change that a small step makes.
      let norm = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
      try #require(norm > 0, "\(parameter.name)")
      let values = parameter.values.values
      // Central differences: the error is that of rounding, 1e-6 of the loss over the step, and of
      // the third derivative times its square.
      let size = 2e-2
      func moved(_ sign: Double) throws -> Double {
        parameter.values.withMutableSpan(0..<values.count) { span in
          for place in values.indices {
            span[place] = Float(Double(values[place]) + sign * size * gradient[place] / norm)
          }
        }
        return try loss()
      }
      let slope = try (moved(1) - moved(-1)) / (2 * size)
      parameter.values.withMutableSpan(0..<values.count) { span in
        for place in values.indices { span[place] = values[place] }
      }
      #expect(abs(slope - norm) < 2e-2 * norm + 1e-4, "\(parameter.name): \(slope), \(norm)")
    }
  }

  @Test func aGroupIsCompleteOnceAndFromTheEnd() throws {
    let model = try TinyTraining.model("llama")
    let step = TrainingStep(
      index: 0, samples: try TinyTraining.samples("llama"), batchTokens: 30)
    var names: [String] = []
    _ = try model.pass(step, on: CPUDevice(threadCount: 1)) { names.append($0.name) }
    #expect(names == model.groups.map(\.name).reversed())
  }
}
