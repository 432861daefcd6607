// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINDecoderNames
import SPINSelection
import Testing

struct SelectionGridTests {
  @Test func everyCombinationStandsOnceAndTheLastParameterChangesFastest() {
    var grid = SelectionGrid(Selection())
    grid.pairAmounts = [.share(1e-3), .share(1e-2), .share(1e-3)]
    grid.generalAmounts = []
    grid.rules = [.paper, .random]
    grid.scales = [0, 0.5]
    let found = grid.selections
    #expect(found.count == 8)
    #expect(Set(found).count == 8)
    // Without values of its own p is q.
    #expect(found.allSatisfy { $0.generalAmount == $0.pairAmount })
    #expect(found.map(\.scale) == [0, 0.5, 0, 0.5, 0, 0.5, 0, 0.5])
    #expect(found.prefix(4).allSatisfy { $0.rule == .paper })
    grid.generalAmounts = [.share(1e-4), .count(7)]
    #expect(grid.selections.count == 16)
    #expect(grid.selections[2].generalAmount == .count(7))
  }

  @Test func aGridOfOneSelectionIsThatSelection() {
    let selection = Selection(
      generalAmount: .share(1e-5), pairAmount: .share(1e-4), rule: .union,
      targetModule: .feedForward, layers: 1...2, scale: 0.25, seed: 7)
    #expect(SelectionGrid(selection).selections == [selection])
  }
}
