// SPDX-License-Identifier: Apache-2.0

public import SPINCalibration
import SPINErrors
public import SPINExecution
import SPINKernels
import SPINStorage

/// Trains a model on samples: AdamW on the mean loss of the response tokens of each step.
///
///     let trainer = try Trainer(model, samples: samples, options: options, on: execution)
///     let history = try trainer.run(in: "tuned/.training", identity: digest)
///
/// An interrupted run resumes from its last saved state, to the same bits. Threads, memory and
/// the cut into micro-batches change no bit either.
public final class Trainer {
  /// The order of the samples.
  public private(set) var order: SampleOrder
  private let model: any TrainableModel
  private let samples: [CalibrationSample]
  private let options: TrainingOptions
  private let batchTokens: Int
  private let momentsDirectory: String?
  private let schedule: LearningRateSchedule
  private let device: any Device

  /// Prepares a run.
  ///
  /// - Parameters:
  ///   - model: The model to train.
  ///   - samples: The samples, in the order of the file; every one has a target token.
  ///   - options: The settings of training.
  ///   - execution: The device and memory budget to compute with.
  ///   - batchTokens: The number of tokens that a block processes together.
  ///   - momentsDirectory: The folder of the optimizer's scratch file; nil where its moments are in memory.
  /// - Throws: `SPINError` where options make no sense or no sample is left to train on.
  public init(
    _ model: any TrainableModel, samples: [CalibrationSample], options: TrainingOptions,
    on execution: Execution, batchTokens: Int = 1024, momentsDirectory: String? = nil
  ) throws {
    try options.check()
    precondition(samples.allSatisfy { !$0.lossPositions.isEmpty }, "a sample without targets")
    guard !samples.isEmpty else { throw SPINError(.malformedInput, "no sample to train on") }
    self.model = model
    self.samples = samples
    self.options = options
    self.batchTokens = batchTokens
    self.momentsDirectory = momentsDirectory
    order = try SampleOrder(sampleCount: samples.count, options: options)
    schedule = LearningRateSchedule(options, stepCount: order.stepCount)
    device = execution.open()
  }

  /// Trains to the end, or to the end of patience; the model then has its final values.
  ///
  /// - Parameters:
  ///   - folder: The folder of states to resume from; it is made if it is absent, and is not removed.
  ///   - identity: A digest of everything that decides the result.
  ///   - shouldStop: Checked after each step and, as long as a step has changed nothing, within it, and
  ///     while the validation set is measured; true saves the state and ends the run with an
  ///     error of code `interrupted`, and the same call later resumes from there.
  ///   - report: Called with each progress event.
  ///   - finish: Called at the end, while no other process may use the folder.
  /// - Throws: `SPINError` where the folder holds another run, the disk is full, a loss is not a
  ///   finite number, or the run was stopped.
  public func run(
    in folder: String, identity: String, shouldStop: () -> Bool = { false },
    report: (TrainingEvent) -> Void = { _ in },
    finish: (TrainingHistory) throws -> Void = { _ in }
  ) throws -> TrainingHistory {
    try FileSystem.ensureDirectory(folder)
    let lock = try DirectoryLock(folder)
    defer { lock.release() }
    let optimizer = try makeOptimizer(identity)
    let state = TrainingCheckpoint(
      path: folder + "/state.safetensors", identity: identity, device: device)
    let best = TrainingCheckpoint(
      path: folder + "/best.safetensors", identity: identity, device: device)
    var history = TrainingHistory()
    if let saved = try state.read(into: model.parameters, optimizer.moments) {
      guard saved.stepCount <= order.stepCount else {
        throw SPINError(
          .malformedInput, at: state.path,
          "is after step \(saved.stepCount) of a run that has \(order.stepCount)",
          remedy: "give \(enabling: .restart) to begin anew")
      }
      history = saved
      report(.resumed(stepCount: saved.stepCount, of: order.stepCount))
    }
    let resumedFrom = (steps: history.stepCount, tokens: history.tokenCount)
    while !isDone(history) {
      var isStopped = false
      // A state may have been saved while the validation set was measured.
      if !isEvaluationDue(history) {
        if let loss = try advance(&history, optimizer, shouldStop) {
          report(
            .advanced(
              TrainingProgress(
                stepCount: history.stepCount, totalStepCount: order.stepCount,
                epoch: epoch(history.stepCount), loss: loss,
                learningRate: schedule.rate(at: history.stepCount - 1),
                tokensDone: history.tokenCount - resumedFrom.tokens,
                stepsDone: history.stepCount - resumedFrom.steps)))
        } else {
          isStopped = true
        }
      }
      if !isStopped, isEvaluationDue(history) {
        if let evaluation = try evaluate(&history, best, shouldStop) {
          report(.evaluated(evaluation))
        } else {
          isStopped = true
        }
      }
      let isDone = isDone(history)
      isStopped = isStopped || (!isDone && shouldStop())
      if isStopped || (!isDone && history.stepCount % options.saveSteps == 0) {
        try state.write(model.parameters, optimizer.moments, history)
      }
      if isStopped {
        throw SPINError.stopped("stopped after step \(history.stepCount)")
      }
    }
    if options.earlyStoppingPatience != nil, let evaluation = history.best,
      evaluation.step != history.stepCount
    {
      _ = try best.read(into: model.parameters, [])
    }
    try finish(history)
    return history
  }

  private func makeOptimizer(_ identity: String) throws -> Optimizer {
    guard let directory = momentsDirectory else {
      return try Optimizer(model.parameters, options: options, scratch: nil, on: device)
    }
    try FileSystem.ensureDirectory(directory)
    let path = directory + "/spin-\(identity.prefix(16)).moments"
    // What an interrupted run left there is of some step or between two; the saved state counts.
    if FileSystem.status(path) != nil { try FileSystem.remove(path) }
    let file = try RandomAccessFile(path: path, .create)
    // Nameless from now on: it ends with the process, however that ends.
    try FileSystem.remove(path)
    return try Optimizer(model.parameters, options: options, scratch: file, on: device)
  }

  /// One optimizer step; returns its loss, or nil where it was abandoned before it changed anything.
  private func advance(
    _ history: inout TrainingHistory, _ optimizer: Optimizer, _ shouldStop: () -> Bool
  ) throws -> Double? {
    let number = history.stepCount
    let step = TrainingStep(
      index: number, samples: order.samples(of: number).map { samples[$0] },
      batchTokens: batchTokens)
    optimizer.begin(number, learningRate: schedule.rate(at: number))
    guard let (losses, norm) = try update(step, optimizer, shouldStop) else { return nil }
    let loss = losses.reduce(0, +) / Double(step.targetCount)
    guard loss.isFinite, norm?.isFinite ?? true else {
      throw SPINError(
        .checkFailed,
        "the loss of step \(number + 1) is \(loss), its gradient's norm "
          + "\(norm.map { "\($0)" } ?? "unknown")",
        // Before the first change the reason can only be the model's own weights.
        remedy: number == 0
          ? "look for weights that are not finite with spin inspect MODEL --values"
          : "train with a lower learning rate")
    }
    history.stepCount += 1
    history.tokenCount += step.tokenCount
    history.pendingLoss += loss
    history.pendingSteps += 1
    if history.stepCount % options.loggingSteps == 0 || history.stepCount == order.stepCount {
      history.entries.append(
        .init(
          step: history.stepCount, epoch: epoch(history.stepCount),
          learningRate: schedule.rate(at: number),
          loss: history.pendingLoss / Double(history.pendingSteps), gradientNorm: norm))
      (history.pendingLoss, history.pendingSteps) = (0, 0)
    }
    return loss
  }

  /// Gradients of a step, and what they change; returns losses and the norm before clipping, or nil
  /// where the step was abandoned: possible as long as no parameter has changed.
  private func update(
    _ step: TrainingStep, _ optimizer: Optimizer, _ shouldStop: () -> Bool
  ) throws -> (losses: [Double], norm: Double?)? {
    guard options.maxGradientNorm > 0 else {
      // A group that is complete is changed at once: nothing else waits for its gradient.
      return try passUpdating(step, shouldStop) { try optimizer.update($0) }.map { ($0, nil) }
    }
    let keeps = model.keepsGradients
    let losses = try device.unlessStopped(shouldStop) {
      try model.pass(step, on: device) { group in
        optimizer.measure(group)
        if !keeps { optimizer.discard(group) }
      }
    }
    guard let losses else { return nil }
    let norm = optimizer.gradientNorm
    guard norm.isFinite else { return (losses, norm) }
    let scale = optimizer.clippingFactor(norm)
    if keeps {
      for group in model.groups { try optimizer.update(group, gradientScale: scale) }
    } else {
      // The norm needs all gradients, and the memory budget holds one group's: they are computed again.
      let again = try passUpdating(step, shouldStop) {
        try optimizer.update($0, gradientScale: scale)
      }
      guard again != nil else { return nil }
    }
    return (losses, norm)
  }

  /// A pass that changes each group as it is complete; nil where it was abandoned before the first.
  private func passUpdating(
    _ step: TrainingStep, _ shouldStop: () -> Bool, _ change: (ParameterGroup) throws -> Void
  ) throws -> [Double]? {
    var hasChanged = false
    return try device.unlessStopped({ !hasChanged && shouldStop() }) {
      try model.pass(step, on: device) { group in
        guard !device.wasAbandoned else { return }
        hasChanged = true
        try change(group)
      }
    }
  }

  // MARK: - Validation set

  /// Whether the validation set is to be measured before the next step.
  private func isEvaluationDue(_ history: TrainingHistory) -> Bool {
    let stepCount = history.stepCount
    guard !order.evaluation.isEmpty, stepCount > 0, history.evaluations.last?.step != stepCount
    else { return false }
    return stepCount == order.stepCount
      || stepCount % (options.evaluationSteps ?? order.stepsPerEpoch) == 0
  }

  private func isDone(_ history: TrainingHistory) -> Bool {
    (history.stepCount == order.stepCount || history.stoppedEarly) && !isEvaluationDue(history)
  }

  /// Measures the validation set; nil where it was stopped.
  private func evaluate(
    _ history: inout TrainingHistory, _ best: TrainingCheckpoint, _ shouldStop: () -> Bool
  ) throws -> TrainingHistory.Evaluation? {
    guard let loss = try evaluationLoss(shouldStop) else { return nil }
    let evaluation = TrainingHistory.Evaluation(
      step: history.stepCount, epoch: epoch(history.stepCount), loss: loss)
    guard evaluation.loss.isFinite else {
      throw SPINError(
        .checkFailed,
        "the validation loss is \(evaluation.loss) after step "
          + "\(history.stepCount)", remedy: "train with a lower learning rate")
    }
    history.evaluations.append(evaluation)
    if let patience = options.earlyStoppingPatience {
      if history.best == evaluation {
        try best.write(model.parameters, [], history)
      } else if history.evaluationsSinceBest >= patience {
        history.stoppedEarly = true
      }
    }
    return evaluation
  }

  /// The mean loss of all target tokens of the validation set; nil where it was stopped.
  private func evaluationLoss(_ shouldStop: () -> Bool) throws -> Double? {
    var (sum, count) = (0.0, 0)
    // As many at a time as in training, so that they need no more memory.
    for start in stride(from: 0, to: order.evaluation.count, by: options.samplesPerStep) {
      if shouldStop() { return nil }
      let places = order.evaluation[
        start..<min(start + options.samplesPerStep, order.evaluation.count)]
      let step = TrainingStep(
        index: 0, samples: places.map { samples[$0] }, batchTokens: batchTokens)
      let losses = try device.unlessStopped(shouldStop) {
        try model.losses(of: step, on: device)
      }
      guard let losses else { return nil }
      for loss in losses { sum += loss }
      count += step.targetCount
    }
    return sum / Double(count)
  }

  private func epoch(_ stepCount: Int) -> Double {
    Double(stepCount) / Double(order.stepsPerEpoch)
  }
}
