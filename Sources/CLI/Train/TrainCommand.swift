// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJobs

/// `spin train`: the commands that train a model.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a model by the methods with which SPIN is compared.",
    discussion: """
      The loss covers response tokens only; samples are packed without padding and do not attend to each \
      other. An interrupted run resumes when the command is repeated. Threads, memory, micro-batches and \
      interruptions do not change a single bit of the result.
      """,
    subcommands: [
      TrainFullCommand.self, TrainLoRACommand.self, TrainDoRACommand.self, TrainLoReFTCommand.self,
    ])
}

/// `spin train full`: all weights.
struct TrainFullCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "full",
    abstract: "Train all weights of a model, or a new model from scratch.",
    discussion: """
      Values, gradients and AdamW's moments are in Float32. Without clipping (--max-grad-norm 0) each \
      layer is updated as soon as its gradient is complete, so that only one layer's gradient is in \
      memory at a time. If --max-memory requires it, moments are kept in a scratch file and gradients \
      are computed twice. The output is a model folder in the checkpoint's own precision, with \
      training.json.
      """)

  @Argument(
    help: ArgumentHelp(
      """
      The folder of a Hugging Face checkpoint, or OWNER/NAME[@REVISION] on the Hub. Omit it with \
      --from-config.
      """))
  var model: ModelArgument?

  @Option(
    help: ArgumentHelp(
      "Train a new model with the architecture in this config.json.", valueName: "file"))
  var fromConfig: String?

  @Option(
    help: ArgumentHelp("The folder of the new model's tokenizer.", valueName: "dir"))
  var tokenizer: String?

  @OptionGroup(title: "Data")
  var data: TrainingDataFlags

  @OptionGroup(title: "Training")
  var training: TrainingFlags

  @OptionGroup(title: "Resources")
  var resources: ResourceOptions

  @Option(help: ArgumentHelp("The folder to write the model to.", valueName: "dir"))
  var out: String

  @OptionGroup
  var work: WorkOptions

  func validate() throws {
    guard (model == nil) != (fromConfig == nil) else {
      throw ValidationError("Please give a model's folder or --from-config, one of them.")
    }
    guard (fromConfig == nil) == (tokenizer == nil) else {
      throw ValidationError("--from-config and --tokenizer belong together.")
    }
  }

  func run() throws {
    let beginning: FullTrainingJob.Beginning =
      if let fromConfig, let tokenizer {
        .scratch(config: fromConfig, tokenizer: tokenizer)
      } else {
        .checkpoint(try model?.folder(isDryRun: work.dryRun) ?? "")
      }
    try TrainingExecution(
      job: FullTrainingJob(beginning, data.request(training, resources)), out: out, work: work
    ).run()
  }
}
