// SPDX-License-Identifier: Apache-2.0

public import SPINJSON

/// A part of what a command is about to do.
public struct PlannedStep: Sendable {
  /// What it is, in a word: "score", "fairness before".
  public let name: String
  /// How much it is: "2165 questions, answers of up to 64 tokens".
  public let amount: String
  /// How long it takes in seconds, in total; nil where unknown, as behind a server.
  public let seconds: Double?
  /// Items, and how many of them an earlier run left done.
  public let items: (count: Int, done: Int)?

  /// Describes a step.
  public init(
    _ name: String, _ amount: String, seconds: Double?, items: (count: Int, done: Int)? = nil
  ) {
    self.name = name
    self.amount = amount
    self.seconds = seconds
    self.items = items
  }

  /// The step where what an earlier run left is discarded.
  var anew: PlannedStep {
    PlannedStep(name, amount, seconds: seconds, items: items.map { ($0.count, 0) })
  }

  /// Whether nothing of it is left to do.
  public var isDone: Bool { items.map { $0.done >= $0.count } ?? false }

  /// How long what is left takes, in seconds.
  public var secondsLeft: Double? {
    guard let seconds, let items, items.count > 0 else { return seconds }
    return seconds * Double(max(0, items.count - items.done)) / Double(items.count)
  }

  /// The same for machines.
  public var json: JSON {
    [
      "step": .string(name), "amount": .string(amount),
      "seconds": seconds.map { .number($0) } ?? .null,
      "seconds_left": secondsLeft.map { .number($0) } ?? .null,
      "items": items.map { JSON($0.count) } ?? .null,
      "items_done": items.map { JSON($0.done) } ?? .null,
    ]
  }
}
