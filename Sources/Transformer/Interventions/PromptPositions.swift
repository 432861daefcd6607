// SPDX-License-Identifier: Apache-2.0

public import SPINErrors

/// Tokens of a prompt, counted from both ends: its first few and its last few.
///
///     try PromptPositions("f3+l5").ranges(promptLength: 20)   // 0..<3 and 15..<20
///
/// - Edge Cases: neither part takes more than half of a prompt, rounded down, so that they never meet
///   and a prompt of one token has no such position.
/// - Source: pyreft dafd099, `parse_positions` and `get_intervention_locations` in `dataset.py`. There
///   the positions that a short prompt lacks point at a masked token before the text (`pad_mode` "first"),
///   where a change reaches nothing; here they do not exist.
public struct PromptPositions: Sendable, Hashable {
  /// How many tokens at the beginning.
  public let first: Int
  /// How many tokens at the end.
  public let last: Int

  /// Numbers of tokens at the beginning and at the end; one of the two may be 0.
  public init(first: Int, last: Int) {
    precondition(first >= 0 && last >= 0 && first + last > 0, "there has to be a position")
    self.first = first
    self.last = last
  }

  /// Reads positions as pyreft spells them: `f3`, `l5` or `f3+l5`.
  ///
  /// - Throws: `SPINError` for any other text. pyreft reads a few of them too (`f0+l5`, where two
  ///   interventions change the same tokens one after the other); these are refused.
  public init(_ text: String) throws(SPINError) {
    let parts = text.split(separator: "+", omittingEmptySubsequences: false)
    let counts = parts.map { Self.count($0) }
    switch (counts.first ?? nil, counts.dropFirst().first ?? nil) {
    case (("f", let first)?, ("l", let last)?) where parts.count == 2:
      self.init(first: first, last: last)
    case (("f", let first)?, nil) where parts.count == 1: self.init(first: first, last: 0)
    case (("l", let last)?, nil) where parts.count == 1: self.init(first: 0, last: last)
    default:
      throw SPINError(
        .usage, "\"\(text)\" are no positions of a prompt",
        remedy: "write f3 for the first three tokens, l5 for the last five, f3+l5 for both")
    }
  }

  /// What `init(_:)` reads.
  public var text: String {
    [first > 0 ? "f\(first)" : "", last > 0 ? "l\(last)" : ""].filter { !$0.isEmpty }
      .joined(separator: "+")
  }

  /// The positions in a prompt of some tokens.
  public func ranges(promptLength: Int) -> (first: Range<Int>, last: Range<Int>) {
    let most = promptLength / 2
    return (0..<min(most, first), promptLength - min(most, last)..<promptLength)
  }

  /// Whether two prompts that share their first `trunk` tokens have the same positions among these.
  package func agree(_ one: Int, _ other: Int, trunk: Int) -> Bool {
    let (one, other) = (ranges(promptLength: one), ranges(promptLength: other))
    func inTrunk(_ range: Range<Int>) -> Range<Int> {
      let part = range.clamped(to: 0..<trunk)
      return part.isEmpty ? 0..<0 : part
    }
    return inTrunk(one.first) == inTrunk(other.first) && inTrunk(one.last) == inTrunk(other.last)
  }

  private static func count(_ part: Substring) -> (Character, Int)? {
    guard let kind = part.first, let count = Int(part.dropFirst()), count > 0, count < 1 << 20,
      part.dropFirst().allSatisfy(\.isWholeNumber)
    else { return nil }
    return (kind, count)
  }
}
