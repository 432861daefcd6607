// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJobs

/// `spin train loreft`: interventions on hidden states.
struct TrainLoReFTCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "loreft",
    abstract: "Train low-rank changes of hidden states at the ends of prompts.",
    discussion: """
      The weights of the model stay as they are. Behind each of the layers the states of the first \
      and the last tokens of every prompt are changed within a few directions (Wu et al. 2024, \
      arXiv:2404.03592); what is trained are these changes, as pyreft trains them. Weight decay \
      applies to the learned source only. pyreft's own learning rate is 5e-3.

      The output, reft_model.safetensors and reft_config.json with training.json, goes to --adapter \
      of the commands that run a model. It cannot be merged into the weights.

        spin train loreft MODEL --data train.csv --out adapter --rank 4 \\
          --layers 6,12 --positions f3+l3 --learning-rate 5e-3
      """)

  @Argument(help: ModelArgument.help)
  var model: ModelArgument

  @Option(help: "The number of directions of each change.")
  var rank = LoReFTTrainingJob.Adapter().rank

  @Option(
    help: ArgumentHelp(
      "Only these layers, counted from 0, with commas between.", valueName: "layers"))
  var layers: LayerList?

  @Option(help: "Tokens of a prompt: f3 its first three, l5 its last five, f3+l5 both.")
  var positions = PositionsArgument(LoReFTTrainingJob.Adapter().positions)

  @Flag(help: "The same change at the beginning and at the end of prompts.")
  var shareWeights = false

  @Option(help: "The probability with which numbers of changed states are dropped in training.")
  var dropout = 0.0

  @OptionGroup(title: "Data")
  var data: TrainingDataFlags

  @OptionGroup(title: "Training")
  var training: TrainingFlags

  @OptionGroup(title: "Resources")
  var resources: ResourceOptions

  @Option(help: ArgumentHelp("The folder to write the adapter to.", valueName: "dir"))
  var out: String

  @OptionGroup
  var work: WorkOptions

  func run() throws {
    let job = try LoReFTTrainingJob(
      model.folder(isDryRun: work.dryRun),
      .init(
        rank: rank, layers: layers?.layers, positions: positions.positions,
        sharesWeights: shareWeights, dropout: dropout), data.request(training, resources))
    try TrainingExecution(job: job, out: out, work: work).run()
  }
}

/// Positions of a prompt as pyreft spells them.
struct PositionsArgument: ExpressibleByArgument {
  let positions: PromptPositions

  init(_ positions: PromptPositions) { self.positions = positions }

  init?(argument: String) {
    guard let positions = try? PromptPositions(argument) else { return nil }
    self.positions = positions
  }

  var defaultValueDescription: String { positions.text }
}
