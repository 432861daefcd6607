// SPDX-License-Identifier: Apache-2.0

/// How probable it is that a draft is right about the next token, as the texts so far tell.
///
/// The longer a text has been the draft's, the more probably it stays so; how probably differs from edit to edit.
struct DraftOdds {
  /// By the agreement so far: 0, 1, 2, 3, 4 to 7, 8 to 15, 16 and more.
  ///
  /// Before anything is known, a draft is taken to be right three times of four.
  private var counts = [(right: Double, all: Double)](repeating: (3, 4), count: 7)

  /// Learns from a token.
  ///
  /// - Parameters:
  ///   - agreement: How many tokens before it were the draft's.
  ///   - isRight: Whether the draft foretold it.
  mutating func learn(_ agreement: Int, _ isRight: Bool) {
    let place = Self.place(agreement)
    counts[place].all += 1
    if isRight { counts[place].right += 1 }
  }

  /// The probability that each of the next tokens is right, with all before it.
  func chances(after agreement: Int, _ count: Int) -> [Double] {
    var chance = 1.0
    return (0..<max(0, count)).map { place in
      let (right, all) = counts[Self.place(agreement + place)]
      chance *= right / all
      return chance
    }
  }

  private static func place(_ agreement: Int) -> Int {
    agreement < 4 ? agreement : agreement < 8 ? 4 : agreement < 16 ? 5 : 6
  }

  /// How many tokens of each draft are worth computing in one step.
  ///
  /// A token that is right saves its text a step, of which other texts have their part; one that is wrong costs the time
  /// of a row.
  ///
  /// - Parameters:
  ///   - drafts: The agreement of each text with its draft, and how many tokens the draft has left.
  ///   - rowCount: Rows that a step can have, with one for each text.
  func lengths(_ drafts: [(agreement: Int, limit: Int)], rowCount: Int) -> [Int] {
    // As measured (Qwen2 of 0.5B, two threads): a step of n rows takes as long as 6 + n parts, and what it gives is shared
    // by its texts.
    let texts = Double(drafts.count)
    let leastChance = texts / (5 + 0.9 * texts)
    let worthwhile = drafts.enumerated().flatMap { place, draft in
      chances(after: draft.agreement, draft.limit).prefix { $0 >= leastChance }
        .map { (chance: $0, place: place) }
    }.sorted { ($0.chance, $1.place) > ($1.chance, $0.place) }
    var lengths = [Int](repeating: 0, count: drafts.count)
    for (_, place) in worthwhile.prefix(max(0, rowCount - drafts.count)) { lengths[place] += 1 }
    return lengths
  }
}
