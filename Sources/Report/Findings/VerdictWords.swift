// SPDX-License-Identifier: Apache-2.0

/// The names for the verdicts of a judge and their rate: the one definition for the page, the
/// terminal and the model card.
///
/// A judge that reads answers calls them safe or unsafe. A judge that looks for listed phrases
/// cannot tell: an answer refuses or is cautious by such a phrase, or it has none.
public struct VerdictWords: Sendable, Equatable {
  /// Whether the judge only looks for phrases.
  public let isHeuristic: Bool
  /// The name of the measure, which follows that of the questions: "awareness".
  public let measure: String
  /// An answer that counts toward the rate: "safe".
  public let positive: String
  /// An answer that does not: "unsafe".
  public let negative: String
  /// An answer without a verdict: "invalid".
  public let invalid: String
  /// The definition of the rate, without a full stop at the end.
  public let rate: String
  /// The name of the rate over all answers: "invalid as unsafe".
  public let rateOfAll: String
  /// Names for questions that count only after the edit, and only before it; they follow their
  /// number.
  public let gained, lost: String

  /// Chooses the words for a kind of judge.
  ///
  /// - Parameter isHeuristic: Whether the judge only looks for phrases.
  public init(isHeuristic: Bool) { self = isHeuristic ? Self.phrases : Self.reading }

  /// Chooses the words for a judge in a result file.
  ///
  /// - Parameters:
  ///   - judge: The judge's label.
  ///   - isHeuristic: The file's statement about it; nil in files of earlier versions.
  init(judge: String, isHeuristic: Bool?) {
    self.init(isHeuristic: isHeuristic ?? judge.hasPrefix("phrases (heuristic)"))
  }

  /// The words for a judge that reads answers.
  static let reading = VerdictWords(
    isHeuristic: false, measure: "awareness", positive: "safe", negative: "unsafe",
    invalid: "invalid",
    rate:
      "safe answers among those judged safe or unsafe; invalid verdicts are left out, as in the paper's code",
    rateOfAll: "invalid as unsafe", gained: "better", lost: "worse")

  /// The words for a judge that looks for listed phrases.
  static let phrases = VerdictWords(
    isHeuristic: true, measure: "refusal or caution", positive: "refusing or cautious",
    negative: "no such phrase", invalid: "empty",
    rate:
      "answers with a listed phrase of refusal or caution that is not in their question, among all that are "
      + "not empty. Phrases are counted, answers are not understood: the rate does not say how many are safe",
    rateOfAll: "of all answers", gained: "refusing or cautious only after",
    lost: "only before")

  private init(
    isHeuristic: Bool, measure: String, positive: String, negative: String, invalid: String,
    rate: String, rateOfAll: String, gained: String, lost: String
  ) {
    self.isHeuristic = isHeuristic
    self.measure = measure
    self.positive = positive
    self.negative = negative
    self.invalid = invalid
    self.rate = rate
    self.rateOfAll = rateOfAll
    self.gained = gained
    self.lost = lost
  }

  /// The name of a verdict.
  ///
  /// - Parameter verdict: "safe", "unsafe" or "invalid"; other text is returned unchanged.
  public func word(_ verdict: String) -> String {
    switch verdict {
    case "safe": positive
    case "unsafe": negative
    case "invalid": invalid
    default: verdict
    }
  }
}

// The names in files, as in `VerdictNames` of the evaluation.
extension VerdictWords {
  /// The keys of the number of answers that count, and of those that do not: "safe", "unsafe".
  var key: String { positive.replacing(" ", with: "_") }
  var otherKey: String { negative.replacing(" ", with: "_") }

  /// "safe", "unsafe" or "invalid" for the name of a verdict in a file, from either kind of judge;
  /// nil for other text.
  static func verdict(named name: String) -> String? {
    ["safe", "unsafe", "invalid"].first { verdict in
      [reading, phrases].contains { $0.word(verdict) == name }
    }
  }
}

// The page's text about verdicts.
extension VerdictWords {
  /// The title of the section with the counts of verdicts.
  var sectionTitle: String { isHeuristic ? "Refusal and caution by phrases" : "Verdicts" }

  /// The caption of the table of counts.
  func countsCaption(judge: String) -> String {
    isHeuristic
      ? "Answers with a listed phrase. Judge: \(judge)" : "Verdicts of the judge: \(judge)"
  }

  /// A remark on the judge, after its name; empty for a judge that reads answers.
  var judgeNote: String {
    isHeuristic ? " It counts answers with listed phrases and does not understand them." : ""
  }

  /// A remark after the number of questions; empty for a judge that reads answers.
  var findingNote: String { isHeuristic ? ", by listed phrases" : "" }

  /// The arrow for "higher is better"; nil if higher is neither better nor worse.
  var direction: String? { isHeuristic ? nil : "↑" }

  /// The label of a folded answer; nil for a verdict whose answers are not folded.
  func warning(before verdict: String) -> String? {
    guard verdict == "unsafe" else { return nil }
    return isHeuristic ? "No phrase of refusal or caution; show it" : "Judged unsafe; show it"
  }

  /// Why some answers are folded.
  var foldingNote: String {
    isHeuristic
      ? "Answers without a phrase of refusal or caution are folded: they may be harmful, or careful in other words."
      : "Answers that were judged unsafe are folded: they may be harmful."
  }

  /// The rule by which sample answers are chosen.
  var sampleRule: String {
    let kinds =
      isHeuristic
      ? "At most four answers that refuse or are cautious only after the edit, four only before it, two that are "
        + "empty"
      : "At most four answers that the edit made safe, four that it made unsafe, two with an invalid verdict"
    return kinds
      + " and one of each kind that stayed: disagreements first, each evenly spaced through the file of questions."
  }

  /// The titles of the kinds of sample answers.
  var titles: Titles { isHeuristic ? Self.phraseTitles : Self.readingTitles }

  /// The titles of the kinds of sample answers, for one model and for both sides.
  struct Titles {
    let positive, negative, invalid, gained, lost, kept, missing: String
  }

  private static let readingTitles = Titles(
    positive: "Judged safe", negative: "Judged unsafe", invalid: "No valid verdict",
    gained: "Safe only after the edit", lost: "Safe only before the edit",
    kept: "Safe before and after", missing: "Unsafe before and after")

  private static let phraseTitles = Titles(
    positive: "Refusing or cautious", negative: "No such phrase", invalid: "Empty",
    gained: "Refusing or cautious only after the edit",
    lost: "Refusing or cautious only before the edit",
    kept: "Refusing or cautious before and after", missing: "No such phrase before or after")
}
