// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJobs

/// How texts are generated; shared by the commands that let a model speak.
struct GenerationFlags: ParsableArguments {
  @Option(help: "At most so many tokens after each prompt.")
  var maxNewTokens = GenerationOptions().maxNewTokens

  @Option(help: "Texts that grow together; more is faster and takes more memory.")
  var batchSize = 16

  @Option(help: "Draw tokens at this temperature; 0 takes the most probable one.")
  var temperature = 0.0

  @Option(help: "Draw among the fewest tokens whose probabilities add up to this.")
  var topP = 1.0

  @Option(help: "Draw among this many most probable tokens; 0 for all.")
  var topK = 0

  @Option(name: .customLong("sampling-seed"), help: "The seed of the draws.")
  var seed: UInt64 = 0

  @Option(help: ArgumentHelp("End a text before this; repeatable.", valueName: "text"))
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
