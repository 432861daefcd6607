// SPDX-License-Identifier: Apache-2.0

import SPINTestSupport
import SPINTransformer
import Testing

/// Groups hold every text once, say truly what the texts share, and stay within their limits.
struct SharedBeginningTests {
  /// The common beginning of some texts, token by token.
  private func common(_ texts: ArraySlice<[Int32]>) -> Int {
    let shortest = texts.map(\.count).min() ?? 0
    return (0..<shortest).first { place in
      texts.contains { $0[place] != texts[texts.startIndex][place] }
    } ?? shortest
  }

  @Test(arguments: 0..<200) func groupsAreTrueAndWithinTheirLimits(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    let trunks = (0..<3).map { _ in
      (0..<Int.random(in: 1...60, using: &generator)).map { _ in
        Int32.random(in: 0...3, using: &generator)
      }
    }
    let texts = (0..<Int.random(in: 0...12, using: &generator)).map { _ in
      trunks[Int.random(in: 0...2, using: &generator)]
        + (0..<Int.random(in: 0...20, using: &generator)).map { _ in
          Int32.random(in: 0...3, using: &generator)
        }
    }
    let (rows, count) = (
      Int.random(in: 1...300, using: &generator), Int.random(in: 1...6, using: &generator)
    )
    let groups = SharedBeginning.groups(of: texts, limits: .init(rows: rows, texts: count))
    #expect(groups.flatMap { Array($0.members) } == Array(texts.indices))
    for group in groups {
      let members = texts[group.members]
      let total = members.reduce(0) { $0 + $1.count }
      #expect(group.trunk == 0 || group.trunk == common(members) && group.trunk >= 32)
      #expect(group.rowCount == total - (members.count - 1) * group.trunk)
      if group.trunk == 0 { #expect(group.rowCount == total) }
      #expect(members.count == 1 || group.rowCount <= rows && total <= 4 * rows)
      #expect(members.count <= count)
    }
  }

  @Test func whatBeginsAlikeIsOneGroup() {
    let trunk = [Int32](0..<40)
    let texts = (0..<5).map { trunk + [Int32(100 + $0), 7] }
    let groups = SharedBeginning.groups(of: texts, limits: .init(rows: 64))
    #expect(groups.map(\.members) == [0..<5])
    #expect(groups[0].trunk == 40 && groups[0].rowCount == 50)
    // Too short a beginning: side by side.
    let short = texts.map { Array($0.dropFirst(20)) }
    #expect(
      SharedBeginning.groups(of: short, limits: .init(rows: 64)).map(\.members) == [
        0..<2, 2..<4, 4..<5,
      ])
  }
}
