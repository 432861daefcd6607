// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJobs

/// `spin train`: the commands that train a model.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a model, the way that SPIN is compared with.",
    discussion: """
      The loss covers response tokens only; samples are packed without padding and never see each \
      other. An interrupted run goes on when the command is repeated; threads, memory, micro-batches \
      and interruptions change no bit of the result.
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
      Values, gradients and AdamW's moments are Float32. Without clipping (--max-grad-norm 0) a \
      layer is updated as soon as its gradient is complete, so that only one layer's is in memory; \
      with --max-memory moments go to a scratch file, and gradients are computed twice, where they \
      have to. The output is a model folder in the checkpoint's own precision, with training.json.
      """)

  @Argument(
    help: ArgumentHelp(
      "A model: the folder of a Hugging Face checkpoint, or OWNER/NAME[@REVISION] of the Hub; none with "
        + "--from-config."))
  var model: ModelArgument?

  @Option(
    help: ArgumentHelp("Train a new model that this config.json describes.", valueName: "file"))
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
