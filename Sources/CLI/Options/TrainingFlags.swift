// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import SPINJobs

extension LearningRateSchedule.Kind: ExpressibleByArgument {}

/// What a model is trained on; shared by the methods of training.
struct TrainingDataFlags: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A CSV or JSONL file of prompts and responses, of which all rows are used. Repeatable.",
      valueName: "file"))
  var data: [String]

  @Option(help: "The column that holds the prompts.")
  var promptColumn = DataTable.Columns().prompt

  @Option(help: "The column that holds the responses.")
  var responseColumn = DataTable.Columns().response

  @OptionGroup
  var format: PromptOptions

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      """
      Append the tokenizer's end-of-text token to every raw response, so that the model learns to \
      stop. A chat template ends each turn itself.
      """))
  var appendEos = true

  @Option(
    help: """
      Whether to drop the first token of a response: bos (only if it is BOS), drop (always) or keep \
      (never).
      """)
  var firstResponseToken = FirstResponseToken.bos

  @Option(
    help: """
      What to do with a sample longer than the model's context: error (stop and name the row), \
      truncate or skip.
      """)
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
  @Option(help: "The peak learning rate, reached after warm-up.")
  var learningRate = TrainingOptions().learningRate

  @OptionGroup
  var recipe: TrainingRecipeFlags

  @Option(
    help: "The seed for the order of samples, the validation split, initial values and dropout.")
  var seed: UInt64 = TrainingOptions().seed

  @Option(
    help: ArgumentHelp("The share of samples to hold out as a validation set.", valueName: "share")
  )
  var evalSplit = TrainingOptions().evaluationSplit

  @Option(
    help: ArgumentHelp(
      "The number of steps between measurements of the validation loss. (default: one epoch)",
      valueName: "steps"))
  var evalSteps: Int?

  @Option(
    help: ArgumentHelp(
      """
      Stop after this many validation measurements in a row without improvement, and restore the \
      best values.
      """,
      valueName: "count"))
  var earlyStoppingPatience: Int?

  @Option(
    help: ArgumentHelp(
      "The number of steps between saved states, from which an interrupted run resumes.",
      valueName: "steps"))
  var saveSteps = TrainingOptions().saveSteps

  @Option(
    help: ArgumentHelp("The number of steps between entries of the loss log.", valueName: "steps"))
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
  @Option(help: ArgumentHelp("The number of passes over the training data.", valueName: "epochs"))
  var numTrainEpochs = TrainingOptions().epochCount

  @Option(
    help: ArgumentHelp(
      "The number of optimizer steps, instead of --num-train-epochs.", valueName: "steps"))
  var maxSteps: Int?

  @Option(help: ArgumentHelp("The number of samples in a micro-batch.", valueName: "samples"))
  var perDeviceTrainBatchSize = TrainingOptions().batchSize

  @Option(
    help: ArgumentHelp("The number of micro-batches in an optimizer step.", valueName: "count"))
  var gradientAccumulationSteps = TrainingOptions().accumulationSteps

  @Option(help: "AdamW's weight decay, which is not applied to norms and biases.")
  var weightDecay = TrainingOptions().weightDecay

  @Option(help: "AdamW's decay rate for the mean of gradients.")
  var adamBeta1 = TrainingOptions().beta1

  @Option(help: "AdamW's decay rate for the mean of squared gradients.")
  var adamBeta2 = TrainingOptions().beta2

  @Option(help: "AdamW's epsilon.")
  var adamEpsilon = TrainingOptions().epsilon

  @Option(
    help: ArgumentHelp("Clip gradients to this norm; 0 disables clipping.", valueName: "norm"))
  var maxGradNorm = TrainingOptions().maxGradientNorm

  @Option(help: "The learning-rate schedule after warm-up: linear, cosine or constant.")
  var lrSchedulerType = TrainingOptions().schedule

  @Option(help: ArgumentHelp("The number of warm-up steps.", valueName: "steps"))
  var warmupSteps = TrainingOptions().warmupSteps

  @Option(
    help: ArgumentHelp(
      "The number of warm-up steps as a share of all steps; used where --warmup-steps is 0.",
      valueName: "share"))
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
