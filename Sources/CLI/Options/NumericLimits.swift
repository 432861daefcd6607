// SPDX-License-Identifier: Apache-2.0

import SPINJobs

/// What numbers options take: one table for all commands.
///
/// The parser refuses what is no number. Here the rest is bounded, so that products and sums of what a user gives
/// fit 64 bits, nothing is allocated by a typing error, and not-a-number reaches no comparison. Commands may
/// demand more of a value, never less.
struct NumericLimits {
  private let range: ClosedRange<Double>
  /// Whether the lower bound itself is refused.
  private let isAbove: Bool
  /// Whether the upper bound itself is refused.
  private let isBelow: Bool

  private init(
    _ range: ClosedRange<Double>, isAbove: Bool = false, isBelow: Bool = false
  ) {
    self.range = range
    self.isAbove = isAbove
    self.isBelow = isBelow
  }

  /// Whole numbers.
  private static func count(_ range: ClosedRange<Int>) -> NumericLimits {
    NumericLimits(Double(range.lowerBound)...Double(range.upperBound))
  }

  /// The numbers of each option, by its long name without hyphens.
  ///
  /// Options that take a number or a word are
  /// bounded where they are a number.
  private static let table: [String: NumericLimits] = {
    let items = count(1...1_000_000_000)
    let share = NumericLimits(0...1, isAbove: true)
    let belowOne = NumericLimits(0...1, isBelow: true)
    let positive = NumericLimits(0...1e9, isAbove: true)
    let factor = NumericLimits(-1e9...1e9)
    return [
      "threads": count(1...1_024), "batch-size": count(1...4_096),
      "judge-batch-size": count(1...4_096),
      "answers-concurrency": count(1...4_096), "judge-concurrency": count(1...4_096),
      "count": items, "nsamples": items, "keep": NumericLimits(0...1e12, isAbove: true),
      "limit": NumericLimits(0...1e9, isAbove: true), "question-limit": items, "text-limit": items,
      "rounds": count(1...100), "show": count(0...1_000_000), "num-fewshot": count(0...1_000),
      "max-new-tokens": count(1...1_000_000), "judge-max-tokens": count(1...1_000_000),
      "window": count(1...1 << 28), "coupling-pairs": count(2...1_000_000),
      "permutations": count(1...10_000_000), "temperature": NumericLimits(0...1_000),
      "judge-temperature": NumericLimits(0...1_000), "top-p": share, "top-k": count(0...1 << 31),
      "p": share, "q": share, "scale": factor, "soft-scale": factor, "sigma": positive,
      "sweep": positive,
      "validation-share": NumericLimits(0...1, isAbove: true, isBelow: true),
      "max-perplexity-ratio": positive, "request-timeout": NumericLimits(0...86_400, isAbove: true),
      "learning-rate": NumericLimits(0...1_000, isAbove: true),
      "num-train-epochs": NumericLimits(0...1e6, isAbove: true, isBelow: true),
      "max-steps": items, "per-device-train-batch-size": count(1...1 << 16),
      "gradient-accumulation-steps": count(1...1 << 16), "weight-decay": NumericLimits(0...1_000),
      "adam-beta1": belowOne, "adam-beta2": belowOne,
      "adam-epsilon": NumericLimits(0...1, isAbove: true, isBelow: true),
      "max-grad-norm": NumericLimits(0...1e9), "warmup-steps": count(0...1_000_000_000),
      "warmup-ratio": NumericLimits(0...1), "eval-split": belowOne, "eval-steps": items,
      "early-stopping-patience": items, "save-steps": items, "logging-steps": items,
      "dropout": belowOne, "lora-dropout": belowOne, "lora-alpha": factor,
      "lora-r": count(1...1 << 16),
      "rank": count(1...1 << 16), "loreft-rank": count(1...1 << 16),
    ]
  }()

  /// Refuses numbers beyond what an option takes.
  ///
  /// - Parameter arguments: A command line that was parsed: options are known, and numbers are numbers.
  /// - Throws: `SPINError` with code `usage` that names the option, its value and what is expected.
  static func check(_ arguments: [String]) throws {
    for (option, value) in TypedOptions(arguments).pairs {
      if option == "--max-memory", let value { try checkUnit(of: value) }
      guard let limits = table[String(option.dropFirst(2))] else { continue }
      // Lists have commas, and may say for whom a number is: "5e-5,lora=1e-3".
      for part in value?.split(separator: ",") ?? [] {
        let text = part.split(separator: "=", maxSplits: 1).last ?? part
        guard let number = Double(text), !limits.contains(number) else { continue }
        throw SPINError(.usage, at: option, "is \(text), expected \(limits.description)")
      }
    }
  }

  /// Refuses a memory budget without a unit that is less than any program takes: "400" for 400 MB.
  private static func checkUnit(of value: String) throws {
    guard let bytes = Double(value), bytes < 1e6 else { return }
    throw SPINError(
      .usage, at: "--max-memory", "is \(value) bytes, which is less than any command takes",
      remedy: "give the unit: \(value)MB or \(value)GB")
  }

  private func contains(_ number: Double) -> Bool {
    // Not-a-number is in no range. Minus zero is zero, which the sign of no result depends on.
    range.contains(number) && !(isAbove && number == range.lowerBound)
      && !(isBelow && number == range.upperBound)
  }

  private var description: String {
    let (lower, upper) = (Self.text(range.lowerBound), Self.text(range.upperBound))
    guard isAbove || isBelow else { return "\(lower) to \(upper)" }
    return (isAbove ? "above \(lower)" : "at least \(lower)")
      + (isBelow ? " and below \(upper)" : " and at most \(upper)")
  }

  private static func text(_ number: Double) -> String {
    Int(exactly: number).map(String.init) ?? "\(number)"
  }
}
