// SPDX-License-Identifier: Apache-2.0

import SPINScores
import SPINSelection
import SPINTestSupport
import Testing

/// Every rule against sets written down naively from its definition.
@Suite struct SelectionRuleTests {
  struct Case {
    let triple: (first: MadeScores.Matrix, second: MadeScores.Matrix, general: MadeScores.Matrix)
    let p: Selection.Amount
    let q: Selection.Amount
    let a: Set<Int>
    let b: Set<Int>
    let g: Set<Int>

    init(seed: Int) {
      var generator = SeededGenerator(seed: UInt64(seed))
      triple = MadeScores.triple(&generator)
      let (rows, columns) = (triple.first.rows, triple.first.columns)
      func amount() -> (Selection.Amount, Int) {
        if Bool.random(using: &generator) {
          let share = Double.random(in: 0.01...1, using: &generator)
          return (.share(share), Int(share * Double(rows) * Double(columns)))
        }
        let count = Int.random(in: 1...rows * columns, using: &generator)
        return (.count(count), count)
      }
      let (p, generalCount) = amount()
      let (q, pairCount) = amount()
      self.p = p
      self.q = q
      a = Set(triple.first.top(pairCount))
      b = Set(triple.second.top(pairCount))
      g = Set(triple.general.top(generalCount))
    }

    func selected(_ rule: SelectionRule, seed: UInt64 = 0) throws -> [Int] {
      try matrix(rule, seed: seed).indices
    }

    func matrix(_ rule: SelectionRule, seed: UInt64 = 0) throws -> MatrixSelection {
      let selection = Selection(generalAmount: p, pairAmount: q, rule: rule, seed: seed)
      return try MadeScores.select(selection, triple).matrices[0]
    }
  }

  @Test(arguments: 0..<100)
  func setRulesEqualTheirDefinition(seed: Int) throws {
    let made = Case(seed: seed)
    let (a, b, g) = (made.a, made.b, made.g)
    #expect(try made.selected(.paper) == a.intersection(b).subtracting(g).sorted())
    #expect(try made.selected(.noGeneral) == a.intersection(b).sorted())
    #expect(try made.selected(.union) == a.union(b).subtracting(g).sorted())
    #expect(try made.selected(.first) == a.subtracting(g).sorted())
    #expect(try made.selected(.second) == b.subtracting(g).sorted())
  }

  /// The released program, line by line: masks over positions of sorted index lists, joined by and,
  /// used to index the first list (ChnQ/SPIN d708d83, src/SPIN.py).
  @Test(arguments: 0..<100)
  func releasedCodeEqualsItsMasksByPosition(seed: Int) throws {
    let made = Case(seed: seed)
    let first = made.a.sorted()
    let second = made.b.sorted()
    let general = made.g.sorted()
    let firstMask = first.map { index in !general.contains(index) }
    let secondMask = second.map { index in !general.contains(index) }
    var expected: [Int] = []
    for position in first.indices {
      if firstMask[position] && secondMask[position] { expected.append(first[position]) }
    }
    #expect(try made.selected(.releasedCode) == expected)
  }

  @Test(arguments: 0..<60)
  func controlsSelectAsManyAsThePaperDoes(seed: Int) throws {
    let made = Case(seed: seed)
    let count = try made.selected(.paper).count
    let general = try made.selected(.generalOnly)
    #expect(general == made.triple.general.top(count).sorted())
    let random = try made.selected(.random)
    #expect(random.count == count)
    #expect(Set(random).count == count)
    #expect(random == random.sorted())
    #expect(made.g.isDisjoint(with: random))
    #expect(random.allSatisfy { 0..<made.triple.first.values.count ~= $0 })
  }

  @Test(arguments: 0..<60)
  func rulesAreNestedAsTheirSetsAre(seed: Int) throws {
    let made = Case(seed: seed)
    let paper = Set(try made.selected(.paper))
    let released = Set(try made.selected(.releasedCode))
    let first = Set(try made.selected(.first))
    let second = Set(try made.selected(.second))
    let union = Set(try made.selected(.union))
    #expect(paper == first.intersection(second))
    #expect(union == first.union(second))
    #expect(released.isSubset(of: first))
    #expect(paper.isSubset(of: try made.selected(.noGeneral)))
  }

  @Test(arguments: 0..<60)
  func sizesAndStatisticsAreThoseOfTheSets(seed: Int) throws {
    let made = Case(seed: seed)
    let (a, b, g) = (made.a, made.b, made.g)
    for rule in SelectionRule.allCases {
      let found = try made.matrix(rule)
      let coupled = a.intersection(b).subtracting(g)
      #expect(found.first.cut.count == a.count && found.second.cut.count == b.count)
      #expect(found.general.count == g.count)
      #expect(found.first.outsideGeneral == a.subtracting(g).count)
      #expect(found.second.outsideGeneral == b.subtracting(g).count)
      #expect(found.overlapCount == a.intersection(b).count)
      #expect(found.coupledCount == coupled.count)
      #expect(found.selectedCoupledCount == coupled.intersection(found.indices).count)
      let expected = Double(a.count * b.count) / Double(made.triple.first.values.count)
      #expect(abs(found.expectedOverlap - expected) < 1e-12)
    }
  }

  /// Exchanging the pair changes nothing for symmetric rules; the released code's is not symmetric.
  @Test func onlyTheReleasedCodeDependsOnTheOrderOfThePair() throws {
    var differs = false
    for seed in 0..<30 {
      let made = Case(seed: seed)
      let swapped = (made.triple.second, made.triple.first, made.triple.general)
      for rule in [SelectionRule.paper, .noGeneral, .union, .generalOnly, .random, .releasedCode] {
        let selection = Selection(generalAmount: made.p, pairAmount: made.q, rule: rule)
        let one = try MadeScores.select(selection, made.triple).weights.map(\.indices)
        let two = try MadeScores.select(selection, swapped).weights.map(\.indices)
        if rule == .releasedCode { differs = differs || one != two } else { #expect(one == two) }
      }
    }
    #expect(differs)
  }

  @Test func theRandomControlDependsOnSeedAndMatrixAlone() throws {
    var generator = SeededGenerator(seed: 5)
    let values = generator.floats(900).map(abs)
    func matrix(_ tensor: String) -> MadeScores.Matrix {
      MadeScores.Matrix(tensor, rows: 30, columns: 30, values)
    }
    let general = generator.floats(900).map(abs)
    func drawn(_ tensors: [String], seed: UInt64) throws -> [[Int]] {
      let selection = Selection(
        generalAmount: .count(50), pairAmount: .count(40), rule: .random, seed: seed)
      let pair = try MadeScores.file("privacy", tensors.map(matrix))
      let other = try MadeScores.file(
        "general", tensors.map { MadeScores.Matrix($0, rows: 30, columns: 30, general) })
      return try CoupledSet(selection, first: pair, second: pair, general: other).weights
        .map(\.indices)
    }
    let names = (0..<3).map { "model.layers.\($0).mlp.up_proj.weight" }
    let all = try drawn(names, seed: 1)
    #expect(try drawn([names[2]], seed: 1)[0] == all[2])
    #expect(all[0] != all[1])
    #expect(try drawn(names, seed: 2) != all)
  }

  /// A control that a paper reports must be drawn again by any later version.
  ///
  /// Expected: SplitMix64, FNV-1a and Floyd's algorithm written in Python from their definitions.
  @Test(
    arguments: [
      (0, "model.layers.0.mlp.up_proj.weight", [55, 58, 155, 220, 299, 791]),
      (7, "model.layers.11.self_attn.q_proj.weight", [4, 13, 67, 70, 601, 875]),
    ] as [(UInt64, String, [Int])])
  func theRandomControlIsReproducibleElsewhere(seed: UInt64, tensor: String, drawn: [Int]) throws {
    // The pair's top six weights are no multiples of 3, which general ability's top weights are.
    func matrix(_ isTop: (Int) -> Bool) -> MadeScores.Matrix {
      MadeScores.Matrix(tensor, rows: 30, columns: 30, (0..<900).map { isTop($0) ? 1 : 0 })
    }
    let pair = matrix { [1, 2, 4, 5, 7, 8].contains($0) }
    let selection = Selection(
      generalAmount: .count(300), pairAmount: .count(6), rule: .random, seed: seed)
    let found = try MadeScores.select(selection, (pair, pair, matrix { $0 % 3 == 0 }))
    #expect(found.matrices[0].indices == drawn)
  }

  /// 10 of 20 weights, 4,000 draws: each weight is drawn 2,000 times, give or take 32 (1 sigma).
  @Test func everyWeightOutsideGeneralIsEquallyLikely() throws {
    let values = (0..<24).map { Float($0 < 12 ? 24 - $0 : 1) }
    let pair = MadeScores.Matrix(MadeScores.up, rows: 4, columns: 6, values)
    let top = MadeScores.Matrix(
      MadeScores.up, rows: 4, columns: 6, (0..<24).map { $0 % 6 == 5 ? 1 : 0 })
    var hits = [Int](repeating: 0, count: 24)
    for seed in 0..<4_000 {
      let selection = Selection(
        generalAmount: .count(4), pairAmount: .count(12), rule: .random, seed: UInt64(seed))
      for index in try MadeScores.select(selection, (pair, pair, top)).matrices[0].indices {
        hits[index] += 1
      }
    }
    for index in 0..<24 {
      #expect(index % 6 == 5 ? hits[index] == 0 : abs(hits[index] - 2_000) < 160)
    }
  }
}
