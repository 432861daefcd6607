// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINKernels
import SPINTestSupport
import SPINTransformer
import Testing

/// Where interventions act in a decoder.
struct InterventionsTests {
  private let tokens: [Int32] = [5, 9, 3, 17, 21, 8, 30, 4, 12]
  private let device = CPUDevice(threadCount: 2)

  private func decoder(_ family: String = "mistral") throws -> Decoder {
    try Decoder(directory: ModelDirectory(path: Fixture(family: family).path))
  }

  private func changedRows(_ interventions: Interventions, promptLength: Int, depth: Int) throws
    -> [Int]
  {
    let decoder = try decoder()
    let before = decoder.hiddenStates(of: tokens, depth: depth, on: device)
    let after = decoder.adding(interventions).hiddenStates(
      of: tokens, depth: depth, promptLength: promptLength, on: device)
    return tokens.indices.filter {
      before.rows($0..<$0 + 1).values != after.rows($0..<$0 + 1).values
    }
  }

  @Test func onlyThePromptsEndsAreChangedBehindTheBlock() throws {
    let interventions = try Interventions.made(layers: [1], positions: "f2+l1", size: 24)
    #expect(try changedRows(interventions, promptLength: 6, depth: 1).isEmpty)
    #expect(try changedRows(interventions, promptLength: 6, depth: 2) == [0, 1, 5])
    // One block further on, later tokens have looked at the changed ones; earlier ones cannot.
    let late = try Interventions.made(layers: [1], positions: "l1", size: 24)
    #expect(try changedRows(late, promptLength: 6, depth: 3) == [5, 6, 7, 8])
    // A prompt of one token has no half.
    #expect(try changedRows(interventions, promptLength: 1, depth: 3).isEmpty)
  }

  /// A changed state is what the arithmetic makes of the state before.
  @Test(arguments: [false, true]) func changedStatesAreThoseOfTheArithmetic(isShared: Bool) throws {
    let decoder = try decoder()
    let interventions = try Interventions.made(
      layers: [2], positions: "f2+l2", size: 24, isShared: isShared)
    let block = try #require(interventions.blocks[2])
    let before = decoder.hiddenStates(of: tokens, on: device)
    let after = decoder.adding(interventions).hiddenStates(of: tokens, on: device)
    for row in [0, 1, 7, 8] {
      let expected = MatrixView(rows: 1, columns: 24)
      let change = row > 4 ? block.last ?? block.first : block.first
      change.forward(before.rows(row..<row + 1), output: expected, on: device)
      #expect(after.rows(row..<row + 1).values == expected.values)
      #expect(expected.values != before.rows(row..<row + 1).values)
    }
  }

  @Test func changesBelongToTheValueThatHasThem() throws {
    let decoder = try decoder()
    let plain = decoder.logits(of: tokens, on: device).values
    let changed = decoder.adding(try .made(layers: [0], positions: "f1", size: 24))
    #expect(changed.logits(of: tokens, on: device).values != plain)
    #expect(decoder.logits(of: tokens, on: device).values == plain)
  }

  /// Texts share a beginning only as far as interventions change the same of its tokens.
  @Test func beginningsAreSharedWherePositionsAgree() throws {
    let trunk = [Int32](0..<40)
    func groups(_ texts: [[Int32]], _ positions: String?) throws -> [SharedBeginning] {
      SharedBeginning.groups(
        of: texts, limits: .init(rows: 400, positions: try positions.map { try .init($0) }))
    }
    let equal = [trunk + [1, 2], trunk + [3, 4], trunk + [5, 6]]
    for positions in [nil, "f3", "l2", "f3+l2", "l5"] {
      #expect(try groups(equal, positions).map(\.trunk) == [40], "\(positions ?? "none")")
    }
    // The last two tokens of the trunk belong to the end of the first text only.
    let unequal = [trunk + [1], trunk + [3, 4, 5], trunk + [6]]
    #expect(try groups(unequal, "f3").map(\.trunk) == [40])
    #expect(try groups(unequal, "l1").map(\.trunk) == [40])
    #expect(try groups(unequal, "l2").map(\.trunk) == [0])
    #expect(try groups(unequal, nil).map(\.trunk) == [40])
    // The third text differs from the first two.
    let mixed = [trunk + [1], trunk + [2], trunk + [3, 4, 5]]
    let found = try groups(mixed, "l2")
    #expect(found.map(\.trunk) == [40, 0] && found.map(\.members) == [0..<2, 2..<3])
  }
}
