// SPDX-License-Identifier: Apache-2.0

import SPINCalibration
import Testing

struct HoldoutSplitTests {
  @Test func everyItemIsInOnePart() {
    let texts = (0..<101).map { "question \($0)" }
    for share in [0.1, 0.5, 0.9] {
      let split = HoldoutSplit(texts, share: share, seed: 3)
      #expect((split.validation + split.test).sorted() == Array(texts.indices))
      #expect(split.validation.count == Int((share * 101).rounded(.up)))
      #expect(split.validation == split.validation.sorted() && split.test == split.test.sorted())
    }
  }

  @Test func repeatedTextsStayTogether() {
    let texts = (0..<60).map { ["Who is it?", "who is it", "?!", "other \($0 / 3)"][$0 % 4] }
    for seed in UInt64(0)..<20 {
      let split = HoldoutSplit(texts, seed: seed)
      let key = { (place: Int) in PromptOverlap.normalized(texts[place]) }
      #expect(Set(split.validation.map(key)).isDisjoint(with: split.test.map(key)))
      #expect(!split.validation.isEmpty)
    }
  }

  @Test func theOrderIsNumPys() {
    // numpy.random.default_rng(0).permutation(10) begins 4 6 2 7 3.
    let split = HoldoutSplit((0..<10).map { "\($0)" })
    #expect(split.validation == [2, 3, 4, 6, 7])
  }
}
