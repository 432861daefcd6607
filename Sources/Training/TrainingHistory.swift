// SPDX-License-Identifier: Apache-2.0

public import SPINJSON

/// What a training run has seen so far: its losses, and where it stands.
public struct TrainingHistory: Sendable, Hashable {
  /// An entry of the loss log.
  public struct Entry: Sendable, Hashable {
    /// How many steps were done.
    public let step: Int
    /// How often every sample was seen.
    public let epoch: Double
    /// The learning rate of the last of these steps.
    public let learningRate: Double
    /// The mean over the steps since the entry before of their loss, in nats a target token.
    public let loss: Double
    /// The norm of all gradients before clipping in the last of these steps; nil without clipping.
    public let gradientNorm: Double?
  }

  /// The loss on the validation set.
  public struct Evaluation: Sendable, Hashable {
    /// How many steps were done.
    public let step: Int
    /// How often every sample was seen.
    public let epoch: Double
    /// The mean over all target tokens, in nats.
    public let loss: Double
  }

  /// Optimizer steps that are done.
  public internal(set) var stepCount = 0
  /// Tokens that passed through the model in them.
  public internal(set) var tokenCount = 0
  /// The loss log.
  public internal(set) var entries: [Entry] = []
  /// The losses on the validation set.
  public internal(set) var evaluations: [Evaluation] = []
  /// Whether the run ended because the loss did not get better.
  public internal(set) var stoppedEarly = false
  /// The sum of the losses of the steps since the last entry.
  var pendingLoss = 0.0
  /// How many these are.
  var pendingSteps = 0

  /// The best of the losses on the validation set, the first of equals.
  public var best: Evaluation? { evaluations.min { $0.loss < $1.loss } }

  /// How many evaluations in a row were no better than the best one before them.
  var evaluationsSinceBest: Int {
    guard let best, let place = evaluations.firstIndex(of: best) else { return 0 }
    return evaluations.count - 1 - place
  }

  init() {}
}

extension TrainingHistory {
  /// The loss log and the losses on the validation set, as `training.json` shows them.
  public var json: JSON {
    [
      "steps": JSON(stepCount), "tokens": JSON(tokenCount), "stopped_early": .bool(stoppedEarly),
      "log": .array(entries.map(\.json)), "evaluations": .array(evaluations.map(\.json)),
      "best_step": best.map { JSON($0.step) } ?? .null,
    ]
  }

  /// All of it, to go on from.
  var state: JSON {
    guard case .object(var object) = json else { return json }
    object["pending_loss"] = .number(pendingLoss)
    object["pending_steps"] = JSON(pendingSteps)
    return .object(object)
  }

  init(state object: JSONObject) throws {
    stepCount = try object.required("steps")
    tokenCount = try object.required("tokens")
    stoppedEarly = try object.required("stopped_early")
    pendingLoss = try object.required("pending_loss")
    pendingSteps = try object.required("pending_steps")
    entries = try (object.optional("log", as: [JSONObject].self) ?? []).map(Entry.init)
    evaluations = try (object.optional("evaluations", as: [JSONObject].self) ?? [])
      .map(Evaluation.init)
    let steps = [stepCount, pendingSteps] + entries.map(\.step) + evaluations.map(\.step)
    guard steps.allSatisfy({ $0 >= 0 && $0 <= stepCount }), tokenCount >= 0, pendingLoss.isFinite
    else {
      throw object.failure("steps", "is \(stepCount), which its other numbers contradict")
    }
  }
}

extension TrainingHistory.Entry {
  fileprivate var json: JSON {
    [
      "step": JSON(step), "epoch": .number(epoch), "learning_rate": .number(learningRate),
      "loss": .number(loss), "grad_norm": gradientNorm.map { .number($0) } ?? .null,
    ]
  }

  fileprivate init(_ object: JSONObject) throws {
    step = try object.required("step")
    epoch = try object.required("epoch")
    learningRate = try object.required("learning_rate")
    loss = try object.required("loss")
    gradientNorm = try object.optional("grad_norm")
  }
}

extension TrainingHistory.Evaluation {
  fileprivate var json: JSON {
    ["step": JSON(step), "epoch": .number(epoch), "loss": .number(loss)]
  }

  fileprivate init(_ object: JSONObject) throws {
    step = try object.required("step")
    epoch = try object.required("epoch")
    loss = try object.required("loss")
  }
}
