// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJobs

/// How the trained methods of a comparison are trained.
struct ComparisonTrainingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      The peak learning rate, reached after warm-up: one value for all methods, or METHOD=RATE for \
      one of them. Repeatable. (default: 5e-05)
      """, valueName: "rate"))
  var learningRate: [MethodRate] = []

  @OptionGroup
  var recipe: TrainingRecipeFlags

  @OptionGroup
  var adapter: AdapterFlags

  @Option(help: "The rank of each loreft intervention.")
  var loreftRank = LoReFTTrainingJob.Adapter().rank

  @Option(
    help: ArgumentHelp(
      "Intervene only in these layers with loreft: comma-separated, counted from 0.",
      valueName: "layers"))
  var loreftLayers: LayerList?

  @Option(
    help: """
      The prompt tokens at which loreft intervenes, such as f3+l5 for the first three and the last \
      five.
      """)
  var loreftPositions = PositionsArgument(LoReFTTrainingJob.Adapter().positions)

  func fill(_ request: inout ComparisonRequest) {
    request.training = recipe.options
    request.adapter = adapter.configuration(usesDoRA: false)
    request.intervention.rank = loreftRank
    request.intervention.layers = loreftLayers?.layers
    request.intervention.positions = loreftPositions.positions
    for rate in learningRate {
      guard let method = rate.method else {
        request.training.learningRate = rate.value
        continue
      }
      request.learningRates[method] = rate.value
    }
  }
}

/// A learning rate as `1e-5` or `lora=1e-4`.
struct MethodRate: ExpressibleByArgument {
  let method: ComparisonMethod?
  let value: Double

  init?(argument: String) {
    let parts = argument.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
    guard (1...2).contains(parts.count), let value = Double(parts[parts.count - 1]), value > 0,
      value.isFinite
    else { return nil }
    self.value = value
    guard parts.count == 2 else {
      method = nil
      return
    }
    guard let method = ComparisonMethod(rawValue: parts[0]), method.isTrained else { return nil }
    self.method = method
  }
}
