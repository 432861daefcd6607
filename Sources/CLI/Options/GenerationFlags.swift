// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJobs

/// How texts are generated; shared by the commands that let a model speak.
struct GenerationFlags: ParsableArguments {
  @Option(help: "The maximum number of tokens to generate for each prompt.")
  var maxNewTokens = GenerationOptions().maxNewTokens

  @Option(
    help: """
      The largest number of prompts to generate for at once; fewer if memory requires it. Larger \
      batches are faster.
      """)
  var batchSize = EvaluationRequest().batchSize

  @Option(help: "The sampling temperature; 0 always takes the most probable token.")
  var temperature = 0.0

  @Option(
    help: """
      Sample from the smallest set of most probable tokens whose probabilities add up to at least \
      this.
      """)
  var topP = 1.0

  @Option(help: "Sample from this many of the most probable tokens; 0 for all.")
  var topK = 0

  @Option(name: .customLong("sampling-seed"), help: "The seed for sampling.")
  var seed: UInt64 = 0

  @Option(
    help: ArgumentHelp(
      "End a text before the first occurrence of this string. Repeatable.", valueName: "text"))
  var stop: [String] = []

  func validate() throws {
    guard maxNewTokens >= 1 else { throw ValidationError("--max-new-tokens must be at least 1.") }
    guard (1...4096).contains(batchSize) else {
      throw ValidationError("--batch-size must be between 1 and 4096.")
    }
    guard temperature >= 0, temperature.isFinite else {
      throw ValidationError("--temperature must be a number from 0 on.")
    }
    guard topP > 0, topP <= 1 else {
      throw ValidationError("--top-p must be above 0 and at most 1.")
    }
    guard topK >= 0 else { throw ValidationError("--top-k must be 0 or more.") }
    if temperature == 0, topP != 1 || topK != 0 {
      throw ValidationError("--top-p and --top-k need --temperature above 0.")
    }
  }

  var options: GenerationOptions {
    var options = GenerationOptions()
    options.maxNewTokens = maxNewTokens
    options.stopStrings = stop
    if temperature > 0 {
      options.sampling = .random(temperature: temperature, topP: topP, topK: topK, seed: seed)
    }
    return options
  }
}
