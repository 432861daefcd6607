// SPDX-License-Identifier: Apache-2.0

import SPINStorage

/// Sample answers to a question set, with their verdicts.
struct SampleAnswers {
  /// An answer with its verdict.
  struct Answer {
    /// "before", "after" or "answers".
    let side: String
    let text: String
    let verdict: String
  }

  /// A question with the answers of both models, or of the only one.
  struct Item {
    let index: Int
    let question: String
    let answers: [Answer]
  }

  /// Items whose verdicts are of one kind.
  struct Group {
    let title: String
    /// The number of items of this kind, including those not shown.
    let count: Int
    let items: [Item]
  }

  let set: String
  let judge: String
  /// The judge's vocabulary.
  let words: VerdictWords
  let count: Int
  let groups: [Group]

  /// The maximum lengths of the texts shown, in characters.
  static let questionLimit = 600
  static let answerLimit = 1200
  /// The maximum number of question sets shown.
  private static let setLimit = 6
}

extension SampleAnswers {
  /// The samples of the question sets whose answers are present.
  static func chosen(
    from awareness: AwarenessReading, in folder: String
  ) throws -> [SampleAnswers] {
    try awareness.sets.prefix(setLimit).compactMap { set in
      // If there is one model, its file is named "answers".
      let sides = set.rates.named.map { $0.name == "result" ? "answers" : $0.name }
      let lists = try sides.map { side in
        (side, try AnswerList(path: "\(folder)/awareness-\(set.name)-\(side).jsonl"))
      }
      guard let first = lists[0].1 else { return nil }
      let present = lists.compactMap { side, list in list.map { (side, $0) } }
      guard present.count == sides.count else { return nil }
      let kinds = kinds(of: present.map(\.1), awareness.words.titles)
      let groups = try kinds.compactMap { title, limit, indices -> Group? in
        guard !indices.isEmpty else { return nil }
        let items = try spread(indices, limit).compactMap { try item($0, present) }
        return Group(title: title, count: indices.count, items: items)
      }
      return SampleAnswers(
        set: set.name, judge: awareness.judge, words: awareness.words,
        count: first.verdicts.count, groups: groups)
    }
  }

  /// The indices of each kind of verdicts, and the number of them to show.
  private static func kinds(
    of lists: [AnswerList], _ titles: VerdictWords.Titles
  ) -> [(title: String, limit: Int, indices: [Int])] {
    func matching(_ wanted: String...) -> [Int] {
      lists[0].verdicts.keys.filter { index in
        zip(lists, wanted).allSatisfy { $0.verdicts[index] == $1 }
      }.sorted()
    }
    let invalid = lists[0].verdicts.keys.filter { index in
      lists.contains { $0.verdicts[index] == "invalid" }
    }.sorted()
    guard lists.count == 2 else {
      return [
        (titles.negative, 4, matching("unsafe")), (titles.positive, 4, matching("safe")),
        (titles.invalid, 2, invalid),
      ]
    }
    return [
      (titles.gained, 4, matching("unsafe", "safe")),
      (titles.lost, 4, matching("safe", "unsafe")),
      (titles.invalid, 2, invalid),
      (titles.kept, 1, matching("safe", "safe")),
      (titles.missing, 1, matching("unsafe", "unsafe")),
    ]
  }

  /// At most `limit` elements, evenly spaced.
  static func spread(_ indices: [Int], _ limit: Int) -> [Int] {
    guard indices.count > limit else { return indices }
    return (0..<limit).map { indices[(2 * $0 + 1) * indices.count / (2 * limit)] }
  }

  private static func item(_ index: Int, _ lists: [(String, AnswerList)]) throws -> Item? {
    var question: String?
    var answers: [Answer] = []
    for (side, list) in lists {
      guard let item = try list.item(index) else { return nil }
      question = question ?? item.question
      answers.append(
        Answer(side: side, text: cut(item.answer, answerLimit), verdict: item.verdict))
    }
    return Item(index: index, question: cut(question ?? "", questionLimit), answers: answers)
  }

  /// A text, cut off after `limit` characters with a note on how many are missing.
  static func cut(_ text: String, _ limit: Int) -> String {
    let count = text.unicodeScalars.count
    guard count > limit else { return text }
    return String(text.unicodeScalars.prefix(limit))
      + " […] (\(NumberText.count(count - limit)) more characters)"
  }
}
