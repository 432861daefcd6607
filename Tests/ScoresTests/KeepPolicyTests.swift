// SPDX-License-Identifier: Apache-2.0

import SPINScores
import Testing

@Suite struct KeepPolicyTests {
  @Test func automaticKeepsTheLargerOfEntriesAndShareUpToTheSize() {
    #expect(KeepPolicy.automatic.count(rows: 10, columns: 20) == 200)
    #expect(KeepPolicy.automatic.count(rows: 1000, columns: 1000) == 4096)
    #expect(KeepPolicy.automatic.count(rows: 11008, columns: 4096) == 4508)
  }

  @Test func policiesReadBackFromTheirText() {
    for policy in [KeepPolicy.automatic, .entries(20_000), .share(1e-3), .share(1)] {
      #expect(KeepPolicy(policy.description) == policy)
    }
    #expect(KeepPolicy("1") == .entries(1))
    #expect(KeepPolicy("1.0") == .share(1))
    for text in ["", "0", "-3", "1.5", "nan", "0.0", "all"] { #expect(KeepPolicy(text) == nil) }
  }

  @Test func anyPolicyKeepsAtLeastOneAndAtMostAll() {
    #expect(KeepPolicy.share(1e-9).count(rows: 3, columns: 3) == 1)
    #expect(KeepPolicy.entries(100).count(rows: 3, columns: 3) == 9)
  }
}

@Suite struct ShareTests {
  /// The counts of the paper's share, 5e-7, for the shapes of 7B models.
  @Test(arguments: [
    (4096, 4096, 8), (11008, 4096, 22), (14336, 4096, 29), (18944, 3584, 33), (4864, 896, 2),
    (512, 3584, 0),
  ])
  func shareOfThePaper(rows: Int, columns: Int, count: Int) {
    #expect(Share.count(5e-7, rows: rows, columns: columns) == count)
  }

  /// Python 3: `int(share * rows * columns)`; 0.29 * 100 falls below 29, and 0.57 * 10 * 10 below 57.
  @Test(arguments: [
    (0.1, 3, 10, 3), (0.29, 100, 1, 28), (0.57, 10, 10, 56), (1e-3, 64, 172, 11),
    (0.7, 10, 1, 7), (1.0, 7, 9, 63), (0.0, 7, 9, 0),
  ])
  func roundingIsPythons(share: Double, rows: Int, columns: Int, count: Int) {
    #expect(Share.count(share, rows: rows, columns: columns) == count)
  }
}
