// SPDX-License-Identifier: Apache-2.0

/// Which rows of a pack of texts an intervention changes: those of the positions of each prompt.
public struct InterventionRows: Sendable, Equatable {
  /// Rows of tokens at the beginning of a prompt, ascending in each text.
  public let first: [Int]
  /// Rows of tokens at the end of a prompt.
  public let last: [Int]

  /// The rows of prompts that lie in one piece each.
  ///
  /// - Parameters:
  ///   - positions: Which tokens of a prompt.
  ///   - prompts: The rows of each prompt; a text may go on behind it.
  public init(_ positions: PromptPositions, prompts: [Range<Int>]) {
    let ranges = prompts.map { prompt in
      let part = positions.ranges(promptLength: prompt.count)
      return (
        part.first.map { prompt.lowerBound + $0 }, part.last.map { prompt.lowerBound + $0 }
      )
    }
    first = ranges.flatMap(\.0)
    last = ranges.flatMap(\.1)
  }

  /// The rows of prompts that begin with a common trunk, which lies before the branches.
  ///
  /// - Parameters:
  ///   - positions: Which tokens of a prompt.
  ///   - trunk: How many tokens are shared; they are the first rows.
  ///   - branches: The rows of what each prompt has behind the trunk; may be empty.
  /// - Precondition: The prompts agree on the positions in the trunk, as those of a
  ///   `SharedBeginning` do.
  package init(_ positions: PromptPositions, trunk: Int, branches: [Range<Int>]) {
    var (first, last): ([Int], [Int]) = ([], [])
    for (index, branch) in branches.enumerated() {
      let part = positions.ranges(promptLength: trunk + branch.count)
      func rows(_ range: Range<Int>) -> [Int] {
        range.filter { index == 0 || $0 >= trunk }
          .map { $0 < trunk ? $0 : branch.lowerBound + $0 - trunk }
      }
      first += rows(part.first)
      last += rows(part.last)
    }
    if let one = branches.first {
      precondition(
        branches.allSatisfy {
          positions.agree(trunk + one.count, trunk + $0.count, trunk: trunk)
        }, "prompts differ in the trunk's positions")
    }
    (self.first, self.last) = (first, last)
  }
}
