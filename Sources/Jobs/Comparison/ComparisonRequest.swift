// SPDX-License-Identifier: Apache-2.0

import SPINDecoderNames
public import SPINExecution

/// What to compare, as the user specifies it.
///
///     var request = ComparisonRequest(model: "Qwen2-0.5B-Instruct", data: files)
///     request.methods = [.spin, .random, .lora]
///     request.trainingData = ["privacy_safe.csv"]
public struct ComparisonRequest: Sendable {
  /// The folder of the checkpoint.
  public var model: String
  /// The data sets that are scored: two whose coupling is sought, and general ability.
  public var data: [ScoringRequest.DataFile]
  /// The data files on which the trained methods are trained.
  public var trainingData: [String] = []
  /// The columns of prompts and responses.
  public var columns = DataTable.Columns()
  /// The methods; `origin` is always measured.
  public var methods: [ComparisonMethod] = [.spin, .random]
  /// One arm of each method for each seed: it draws calibration rows and random weights, and order
  /// and initial values of training.
  public var seeds: [UInt64] = [0]
  /// One arm for each number of rows drawn from each data set; training takes all rows where there
  /// is only one number.
  public var sampleCounts = [CalibrationOptions().sampleCount]
  /// How rows become tokens; seed and number of rows are those of the arm.
  public var calibration = CalibrationOptions()
  /// How prompts and responses become tokens where they are scored and trained on.
  public var prompts = PromptRequest()
  /// The matrices to score and edit.
  public var target = TargetModule.feedForward
  /// The scores of an earlier run, for the arms with the same seed, rows and options; nil to score all.
  public var scores: ScoreDirectory?
  /// How many scores to store.
  public var keep = KeepPolicy.automatic
  /// How weights are selected; the rule is the method's, the scale that of `spinSoft` only.
  public var selection = Selection()
  /// Whether a method may select no weight; otherwise that is an error before the method is measured.
  public var allowsEmpty = false
  /// The rounds of `spinIterated`.
  public var roundCount = 3
  /// The factor by which `spinSoft` multiplies weights.
  public var softScale = 0.3
  /// How the trained methods are trained; the seed is the arm's.
  public var training = TrainingOptions()
  /// The learning rates of methods that have one of their own.
  public var learningRates: [ComparisonMethod: Double] = [:]
  /// The adapter of `lora` and `dora`.
  public var adapter = AdapterConfiguration(targets: TargetModules([.query, .value]))
  /// The adapter of `loreft`.
  public var intervention = LoReFTTrainingJob.Adapter()
  /// Whether training puts the tokenizer's end token after every response.
  public var appendsEndOfText = true
  /// What to measure.
  ///
  /// Questions that occur among the prompts of any data that a method sees are excluded.
  public var evaluation = EvaluationRequest()
  /// The command line that requested it, for the record; empty where there was none.
  public var arguments: [String] = []
  /// The device, memory budget and scratch folder of scoring and training.
  public var execution: Execution

  /// A request with the paper's defaults.
  public init(
    model: String, data: [ScoringRequest.DataFile],
    on execution: Execution = Execution()
  ) {
    self.model = model
    self.data = data
    self.execution = execution
  }

  /// The arms in the order in which they are made: those that share scores together.
  public var arms: [ComparisonArm] {
    let countsMatter = sampleCounts.count > 1
    return sampleCounts.flatMap { count in
      seeds.flatMap { seed in
        methods.filter { $0 != .origin }.map { method in
          ComparisonArm(
            method: method, seed: seed,
            sampleCount: method.isTrained && !countsMatter ? nil : count)
        }
      }
    }
  }

  /// The training of an arm: data and options of all, the arm's seed and rows.
  func training(of arm: ComparisonArm) -> TrainingRequest {
    var request = TrainingRequest(data: trainingData, on: execution)
    request.columns = columns
    request.prompts = prompts
    request.firstResponseToken = calibration.firstResponseToken
    request.overflow = calibration.overflow
    request.appendsEndOfText = appendsEndOfText
    request.options = training
    request.options.seed = arm.seed
    if let rate = learningRates[arm.method] { request.options.learningRate = rate }
    request.sampleCount = arm.sampleCount
    return request
  }
}
