// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import SPINJobs

extension LearningRateSchedule.Kind: ExpressibleByArgument {}

/// What a model is trained on; shared by the methods of training.
struct TrainingDataFlags: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A CSV or JSONL file of prompts and responses. Repeatable; all rows are used.",
      valueName: "file"))
  var data: [String]

  @Option(help: "The column of the prompts.")
  var promptColumn = DataTable.Columns().prompt

  @Option(help: "The column of the responses.")
  var responseColumn = DataTable.Columns().response

  @OptionGroup
  var format: PromptOptions

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Put the tokenizer's end token after every raw response, so that the model learns to stop; a chat "
        + "template ends each turn itself."))
  var appendEos = true

  @Option(
    help: "The first token of a response: bos drops it if it is BOS, drop always, keep never.")
  var firstResponseToken = FirstResponseToken.bos

  @Option(help: "A sample longer than the model's positions: error, truncate or skip.")
  var overflow = Overflow.error

  func validate() throws {
    guard !data.isEmpty else { throw ValidationError("Please name a data file: --data.") }
  }

  func request(_ flags: TrainingFlags, _ resources: ResourceOptions) -> TrainingRequest {
    var request = TrainingRequest(data: data, on: resources.execution)
    request.columns = DataTable.Columns(prompt: promptColumn, response: responseColumn)
    request.prompts = format.request
    request.appendsEndOfText = appendEos
    request.firstResponseToken = firstResponseToken
    request.overflow = overflow
    request.options = flags.options
    return request
  }
}

/// How a model is trained, in the words of transformers' `TrainingArguments`; shared by the methods.
struct TrainingFlags: ParsableArguments {
  @Option(help: "The learning rate after warm-up.")
  var learningRate = TrainingOptions().learningRate

  @OptionGroup
  var recipe: TrainingRecipeFlags

  @Option(help: "Decides the order of samples, the split and every number drawn.")
  var seed: UInt64 = TrainingOptions().seed

  @Option(
    help: ArgumentHelp("The share of samples held back to measure the loss on.", valueName: "share")
  )
  var evalSplit = TrainingOptions().evaluationSplit

  @Option(
    help: ArgumentHelp(
      "Steps between two such measurements (default: an epoch).", valueName: "steps"))
  var evalSteps: Int?

  @Option(
    help: ArgumentHelp(
      "Stop after so many measurements without a better one, and go back to the best.",
      valueName: "count"))
  var earlyStoppingPatience: Int?

  @Option(help: ArgumentHelp("Steps between two states to resume from.", valueName: "steps"))
  var saveSteps = TrainingOptions().saveSteps

  @Option(help: ArgumentHelp("Steps between two entries of the loss log.", valueName: "steps"))
  var loggingSteps = TrainingOptions().loggingSteps

  var options: TrainingOptions {
    var options = recipe.options
    options.learningRate = learningRate
    options.seed = seed
    options.evaluationSplit = evalSplit
    options.evaluationSteps = evalSteps
    options.earlyStoppingPatience = earlyStoppingPatience
    options.saveSteps = saveSteps
    options.loggingSteps = loggingSteps
    return options
  }
}

/// What all methods of a comparison have in common.
struct TrainingRecipeFlags: ParsableArguments {
  @Option(help: ArgumentHelp("How often every sample is seen.", valueName: "epochs"))
  var numTrainEpochs = TrainingOptions().epochCount

  @Option(help: ArgumentHelp("Optimizer steps, in place of epochs.", valueName: "steps"))
  var maxSteps: Int?

  @Option(help: ArgumentHelp("Samples of a micro-batch.", valueName: "samples"))
  var perDeviceTrainBatchSize = TrainingOptions().batchSize

  @Option(help: ArgumentHelp("Micro-batches of an optimizer step.", valueName: "count"))
  var gradientAccumulationSteps = TrainingOptions().accumulationSteps

  @Option(help: "AdamW's weight decay; norms and biases do not decay.")
  var weightDecay = TrainingOptions().weightDecay

  @Option(help: "AdamW's decay of the mean of gradients.")
  var adamBeta1 = TrainingOptions().beta1

  @Option(help: "AdamW's decay of the mean of squared gradients.")
  var adamBeta2 = TrainingOptions().beta2

  @Option(help: "AdamW's epsilon.")
  var adamEpsilon = TrainingOptions().epsilon

  @Option(help: ArgumentHelp("Clip gradients to this norm; 0 for not at all.", valueName: "norm"))
  var maxGradNorm = TrainingOptions().maxGradientNorm

  @Option(help: "How the learning rate goes after warm-up: linear, cosine or constant.")
  var lrSchedulerType = TrainingOptions().schedule

  @Option(help: ArgumentHelp("Steps of warm-up.", valueName: "steps"))
  var warmupSteps = TrainingOptions().warmupSteps

  @Option(help: ArgumentHelp("Warm-up as a share of all steps.", valueName: "share"))
  var warmupRatio = TrainingOptions().warmupRatio

  var options: TrainingOptions {
    var options = TrainingOptions()
    options.epochCount = numTrainEpochs
    options.maxSteps = maxSteps
    options.batchSize = perDeviceTrainBatchSize
    options.accumulationSteps = gradientAccumulationSteps
    options.weightDecay = weightDecay
    options.beta1 = adamBeta1
    options.beta2 = adamBeta2
    options.epsilon = adamEpsilon
    options.maxGradientNorm = maxGradNorm
    options.schedule = lrSchedulerType
    options.warmupSteps = warmupSteps
    options.warmupRatio = warmupRatio
    return options
  }
}
