// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJobs

/// What `train lora` and `train dora` have in common.
struct LowRankTrainingOptions: ParsableArguments {
  @Argument(help: ModelArgument.help)
  var model: ModelArgument

  @OptionGroup(title: "Data")
  var data: TrainingDataFlags

  @OptionGroup(title: "Adapter")
  var adapter: AdapterFlags

  @OptionGroup(title: "Training")
  var training: TrainingFlags

  @OptionGroup(title: "Resources")
  var resources: ResourceOptions

  @Option(help: ArgumentHelp("The folder to write the adapter to.", valueName: "dir"))
  var out: String

  @OptionGroup
  var work: WorkOptions

  func run(usesDoRA: Bool) throws {
    let job = try LowRankTrainingJob(
      model: model.folder(isDryRun: work.dryRun), adapter.configuration(usesDoRA: usesDoRA),
      data.request(training, resources))
    try TrainingExecution(job: job, out: out, work: work).run()
  }
}

/// `spin train lora`.
struct TrainLoRACommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lora",
    abstract: "Train a LoRA adapter of a model.",
    discussion: """
      Trains a low-rank update of some matrices, W + s B A (Hu et al. 2021), in Float32. The model's own \
      weights are read in place and do not change. The output is a folder in PEFT's format, with \
      training.json: load it with PEFT or vLLM, measure it with --adapter, or merge it with `spin \
      adapter merge`.

        spin train lora Qwen2-0.5B --data train.csv --out adapter \\
          --target-modules all-linear --lora-r 16 --lora-alpha 32 \\
          --learning-rate 2e-4
      """)

  @OptionGroup
  var options: LowRankTrainingOptions

  func run() throws { try options.run(usesDoRA: false) }
}

/// `spin train dora`.
struct TrainDoRACommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dora",
    abstract: "Train a DoRA adapter of a model.",
    discussion: """
      Works like `spin train lora`, and also trains the magnitude of each row of an adapted matrix (Liu \
      et al. 2024). With --lora-dropout every adapted matrix is multiplied twice, as in PEFT.
      """)

  @OptionGroup
  var options: LowRankTrainingOptions

  func run() throws { try options.run(usesDoRA: true) }
}
