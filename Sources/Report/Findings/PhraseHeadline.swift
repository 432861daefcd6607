// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// The first answer of a report whose judge only looks for phrases: what the rates of phrases do,
/// without a claim that the edit helps.
enum PhraseHeadline {
  static let question = "What do the phrases do?"

  /// The advice on how to support a claim.
  static var remedy: String {
    let text: SettingText = """
      Phrases are counted, answers are not understood: a claim about the edit needs a judge that reads \
      them, \(setting: .readingJudge, typed: "md-judge:DIR or endpoint:URL").
      """
    return text.description
  }

  /// The answer for one run.
  static func answer(_ aims: [Report.Finding]) -> HeadlineAnswer {
    let compared = aims.filter { $0.change != nil }
    let answer =
      compared.isEmpty
      ? "One model only"
      : compared.contains(where: \.isTested)
        ? words(compared.compactMap(\.effect)) : Headline.tooFew
    return HeadlineAnswer(
      question: question, answer: answer, reasons: aims.map(sentence) + [remedy],
      limit: Headline.limit(of: compared))
  }

  /// The answer for the changes of several rates.
  static func words(_ effects: [Report.Effect]) -> String {
    switch (effects.count { $0 == .better }, effects.count { $0 == .worse }) {
    case (0, 0): "No change shown"
    case (effects.count, _): "More answers with a phrase"
    case (_, effects.count): "Fewer answers with a phrase"
    case (_, 0): "More, in part"
    case (0, _): "Fewer, in part"
    default: "Both ways"
    }
  }

  /// The rates of phrases for one question set, in sentences.
  ///
  /// For example "Fairness: 30.0% of answers have a phrase of refusal or caution before the edit,
  /// 36.0% after it (change +6.0 points, 95% interval +1.0 to +11.0, n = 300 questions). Refusing:
  /// 10 before, 12 after; cautious: 80 before, 96 after."
  private static func sentence(_ finding: Report.Finding) -> String {
    let last = finding.valueText(finding.after.value)
    let phrase = "of answers have a phrase of refusal or caution"
    let shares =
      finding.before.map {
        "\(finding.valueText($0.value)) \(phrase) before the edit, \(last) after it"
      }
      ?? "\(last) \(phrase)"
    var details = [finding.countText]
    if let change = finding.change {
      if let interval = finding.changeIntervalText {
        details.insert(
          finding.missingInterval == nil ? "95% interval \(interval)" : interval, at: 0)
      }
      details.insert("change \(finding.changeText(change.value))", at: 0)
    } else if let interval = finding.intervalText(finding.after, finding.valueText) {
      details.insert("95% interval \(interval)", at: 0)
    }
    let name = finding.name.prefix(1).uppercased() + finding.name.dropFirst()
    let start =
      "\(name): \(shares) ("
      + details.joined(separator: ", ") + ")"
    guard let after = finding.countsAfter else { return start + "." }
    func number(_ value: (AnswerCounts) -> Int) -> String {
      let last = NumberText.count(value(after))
      guard let before = finding.countsBefore else { return last }
      return "\(NumberText.count(value(before))) before, \(last) after"
    }
    return start + ". Refusing: \(number(\.refused)); cautious: \(number(\.cautious))."
  }
}
