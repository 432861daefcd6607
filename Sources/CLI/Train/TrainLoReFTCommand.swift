// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJobs

/// `spin train loreft`: interventions on hidden states.
struct TrainLoReFTCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "loreft",
    abstract: "Train LoReFT: low-rank interventions on the hidden states of prompts.",
    discussion: """
      After each chosen layer, the hidden states of the first and last tokens of every prompt are \
      changed within a low-rank subspace (Wu et al. 2024, arXiv:2404.03592). Training learns these \
      interventions as pyreft does; the model's weights do not change. Weight decay applies to the \
      learned source only. pyreft's own learning rate is 5e-3.

      Writes reft_model.safetensors, reft_config.json and training.json, a folder to give as --adapter \
      to the commands that run a model. The adapter cannot be merged into the weights.

        spin train loreft MODEL --data train.csv --out adapter --rank 4 \\
          --layers 6,12 --positions f3+l3 --learning-rate 5e-3
      """)

  @Argument(help: ModelArgument.help)
  var model: ModelArgument

  @Option(help: "The rank of each intervention.")
  var rank = LoReFTTrainingJob.Adapter().rank

  @Option(
    help: ArgumentHelp(
      "Intervene only in these layers: comma-separated, counted from 0.", valueName: "layers"))
  var layers: LayerList?

  @Option(
    help: """
      The prompt tokens at which to intervene: f3 for the first three, l5 for the last five, f3+l5 \
      for both.
      """)
  var positions = PositionsArgument(LoReFTTrainingJob.Adapter().positions)

  @Flag(help: "Use the same intervention at the beginning and at the end of prompts.")
  var shareWeights = false

  @Option(help: "The dropout probability of the changed hidden states during training.")
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
      model: model.folder(isDryRun: work.dryRun),
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
