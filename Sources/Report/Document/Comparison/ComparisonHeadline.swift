// SPDX-License-Identifier: Apache-2.0

/// The headline questions of a comparison, answered for SPIN in relation to controls and trained
/// methods.
enum ComparisonHeadline {
  /// The answers; empty if SPIN is not among the methods.
  static func answers(_ file: ComparisonFile) -> [HeadlineAnswer] {
    guard let spin = file.methods.first(where: { $0.name == "spin" }) else { return [] }
    return [
      help(spin, file), cost(spin, file), advantage(file, controls: true),
      advantage(file, controls: false),
    ].compactMap(\.self)
  }

  private static func help(_ spin: ComparisonFile.Method, _ file: ComparisonFile) -> HeadlineAnswer
  {
    let changes = spin.awareness.map {
      ($0.name, ComparisonChange.awareness($0.change, file.words))
    }
    let isHeuristic = file.words.isHeuristic
    return HeadlineAnswer(
      question: isHeuristic ? PhraseHeadline.question : "Does SPIN help?",
      answer: isHeuristic
        ? changes.contains { $0.1.isTested }
          ? PhraseHeadline.words(changes.map(\.1.effect)) : Headline.tooFew
        : answer(changes.map(\.1)),
      reasons: changes.map { sentence("\($0) \(file.words.measure)", $1) }
        + (isHeuristic ? [PhraseHeadline.remedy] : []),
      limit: limit(changes.map(\.1)))
  }

  private static func limit(_ changes: [ComparisonChange]) -> String? {
    Headline.limit(
      of: changes.map { change in
        guard case .perplexity = change.kind else {
          return (change.effect, change.change.mean, false)
        }
        let mean = change.change.mean
        return (
          change.effect,
          Report.Estimate(
            mean.value - 1, lower: mean.lower.map { $0 - 1 }, upper: mean.upper.map { $0 - 1 }),
          true
        )
      })
  }

  /// What SPIN's edits cost, by the same rule as for a single run.
  private static func cost(
    _ spin: ComparisonFile.Method, _ file: ComparisonFile
  ) -> HeadlineAnswer {
    // A loss in the rates that the edit should raise is a cost, too.
    let lost = spin.awareness.map {
      ("\($0.name) \(file.words.measure)", ComparisonChange.awareness($0.change, file.words))
    }.filter { $0.1.effect == .worse }
    let costs =
      (spin.perplexity.map { [("perplexity", ComparisonChange.perplexity($0))] } ?? [])
      + spin.refusals.map { ("\($0.name) refused (benign)", .refusal($0.change)) }
      + spin.accuracy.map { ("\($0.name) accuracy", .accuracy($0.change)) }
    return HeadlineAnswer(
      question: "Does it hurt?",
      answer: costs.isEmpty && lost.isEmpty
        ? "Not measured"
        : Headline.costAnswer(
          costs.map { ($0.1.effect, $0.1.isTested) }, lost: lost.map { _ in file.words.isHeuristic }
        ),
      reasons: (lost + costs).map { sentence($0, $1) }
        + (costs.isEmpty ? [Headline.noCostMeasured] : []),
      limit: lost.isEmpty ? limit(costs.map(\.1)) : nil)
  }

  /// Whether SPIN does better than the controls, or than the trained methods; nil if there are
  /// none.
  private static func advantage(_ file: ComparisonFile, controls: Bool) -> HeadlineAnswer? {
    let names = controls ? ["random", "general-only"] : ["full", "lora", "dora", "loreft"]
    let others = file.methods.filter { names.contains($0.name) && !$0.spinAdvantage.isEmpty }
    guard !others.isEmpty else { return nil }
    func changes(_ method: ComparisonFile.Method) -> [(name: String, change: ComparisonChange)] {
      method.spinAdvantage.map { ($0.name, .awareness($0.change, file.words)) }
    }
    return HeadlineAnswer(
      question: (file.words.isHeuristic ? "More phrases than " : "More than ")
        + (controls ? "controls?" : "training?"),
      answer: answer(others.flatMap(changes).map(\.change)),
      reasons: others.map { method in
        let parts = changes(method).map { "\($0.name) \($0.change.meanText)\($0.change.detail)" }
        return "Than \(file.label(method)): \(Headline.list(parts))."
      })
  }

  private static func sentence(_ name: String, _ change: ComparisonChange) -> String {
    "\(name.capitalizedFirst) changes by \(change.meanText)\(change.detail)."
  }

  /// The answer for several rates, each of which should be higher.
  private static func answer(_ changes: [ComparisonChange]) -> String {
    guard changes.contains(where: \.isTested) else { return Headline.tooFew }
    let effects = changes.map(\.effect)
    return switch (effects.count { $0 == .better }, effects.count { $0 == .worse }) {
    case (0, 0): "Not shown"
    case (changes.count, _): "Yes"
    case (_, 0): "In part"
    case (0, _): "No"
    default: "Both ways"
    }
  }
}
