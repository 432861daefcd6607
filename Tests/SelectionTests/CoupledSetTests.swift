// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINDecoderNames
import SPINErrors
import SPINScores
import SPINSelection
import SPINTestSupport
import Testing

@Suite struct CoupledSetTests {
  static let tensors = [
    "model.layers.0.self_attn.q_proj.weight", "model.layers.0.mlp.up_proj.weight",
    "model.layers.1.self_attn.q_proj.weight", "model.layers.1.mlp.up_proj.weight",
    "model.layers.2.mlp.down_proj.weight",
  ]

  /// Scores of five matrices of 10 x 20; the pair and general ability are drawn apart.
  static func files(
    keeping count: Int? = nil, target: TargetModule = .all
  ) throws -> (first: ScoreFile, second: ScoreFile, general: ScoreFile) {
    var generator = SeededGenerator(seed: 3)
    func file(_ name: String) throws -> ScoreFile {
      let matrices = tensors.map {
        MadeScores.Matrix($0, rows: 10, columns: 20, generator.floats(200).map(abs))
      }
      return try MadeScores.file(name, matrices, keeping: count, target: target)
    }
    return (try file("privacy"), try file("fairness"), try file("general"))
  }

  private func select(
    _ selection: Selection, keeping count: Int? = nil, target: TargetModule = .all
  ) throws -> CoupledSet {
    let files = try Self.files(keeping: count, target: target)
    return try CoupledSet(
      selection, first: files.first, second: files.second, general: files.general)
  }

  private func message(
    _ selection: Selection, keeping count: Int? = nil, target: TargetModule = .all
  ) -> String {
    do {
      _ = try select(selection, keeping: count, target: target)
      return "selected without an error"
    } catch { return "\(error)" }
  }

  private func tensors(_ set: CoupledSet) -> [String] { set.matrices.map(\.name.tensor) }

  @Test func targetAndLayersChooseTheMatrices() throws {
    #expect(try tensors(select(Selection())) == Self.tensors)
    #expect(
      try tensors(select(Selection(targetModule: .feedForward)))
        == [Self.tensors[1], Self.tensors[3], Self.tensors[4]])
    #expect(
      try tensors(select(Selection(targetModule: .selfAttention, layers: 1...2)))
        == [Self.tensors[2]])
    #expect(try tensors(select(Selection(layers: 2...2))) == [Self.tensors[4]])
  }

  /// Choosing other matrices or shares never needs another scoring.
  @Test func keptScoresGiveTheSameSetsAsAllScores() throws {
    for rule in SelectionRule.allCases {
      for share in [0.01, 0.02, 0.1, 0.2] {
        let selection = Selection(
          generalAmount: .share(share), pairAmount: .share(share / 2), rule: rule)
        let all = try select(selection).matrices.map(\.indices)
        #expect(try select(selection, keeping: 41).matrices.map(\.indices) == all)
      }
    }
  }

  @Test func totalsAreSumsOverMatrices() throws {
    let found = try select(
      Selection(generalAmount: .count(30), pairAmount: .count(80), rule: .union))
    #expect(found.count == found.matrices.map(\.indices.count).reduce(0, +))
    #expect(found.firstCount == 5 * 80 && found.generalCount == 5 * 30)
    #expect(found.coupledCount == found.matrices.map(\.coupledCount).reduce(0, +))
    #expect(found.selectedCoupledCount == found.coupledCount)
    #expect(abs(found.expectedOverlap - 5 * 32) < 1e-9)
    #expect(found.weights.count == 5)
    #expect(found.sources.map(\.dataSet) == ["privacy", "fairness", "general"])
  }

  @Test func moreThanWasKeptIsRefused() {
    let wide = Selection(generalAmount: .count(50), pairAmount: .count(10))
    #expect(
      message(wide, keeping: 40)
        == "\(Self.tensors[0]) and 4 more: the top 50 weights are requested, 40 scores were kept; "
        + "score again with keep: 50 or more, or request a smaller share")
    #expect(message(Selection(pairAmount: .count(201))).contains("the matrix has 200"))
  }

  @Test func parametersOutOfRangeAreRefusedByName() {
    #expect(
      message(Selection(generalAmount: .share(0))).hasPrefix(
        "generalAmount: is 0.0, expected a share"))
    #expect(message(Selection(pairAmount: .share(1.5))).hasPrefix("pairAmount: is 1.5"))
    #expect(message(Selection(pairAmount: .share(.nan))).hasPrefix("pairAmount: is nan"))
    #expect(message(Selection(pairAmount: .count(0))).hasPrefix(".count: is 0"))
    #expect(message(Selection(scale: .infinity)).hasPrefix("scale: is inf"))
    #expect(message(Selection(pair: ("a", "a"))).contains("three different data sets"))
    #expect(message(Selection(pair: ("a", "general"))).contains("three different data sets"))
    #expect(message(Selection(layers: 0...3)).contains("the last layer scored is 2"))
    #expect(message(Selection(layers: -1...1)).hasPrefix("layers: begins at -1"))
    #expect(
      message(Selection(targetModule: .all), target: .feedForward)
        == "targetModule: is all, only mlp was scored; score again with target: .all")
  }

  @Test func anEmptySelectionSaysWhatToDo() throws {
    let none = try select(Selection(generalAmount: .count(200), pairAmount: .count(3)))
    #expect(none.count == 0)
    #expect(none.weights.isEmpty)
    #expect(none.warnings.count == 1)
    #expect(none.warnings[0].hasPrefix("the selection is empty: "))
    #expect(
      none.warnings[0].hasSuffix("choose a larger pairAmount, a smaller generalAmount or .count"))
  }

  @Test func matricesWithoutAWeightAtTheShareAreNamedByShape() throws {
    let found = try select(Selection(generalAmount: .share(1e-3), pairAmount: .share(1e-3)))
    #expect(
      found.warnings.contains(
        "5 matrices get no weight at pairAmount: 0.001 (10x20): the share of such a matrix is less than "
          + "one weight; choose .count or a share of at least 0.005"))
    #expect(
      !found.warnings.contains { $0.contains("generalAmount") && $0.contains("get no weight") })
    let general = try select(Selection(generalAmount: .share(1e-3), pairAmount: .share(1)))
    #expect(general.warnings.count == 1)
    #expect(general.warnings[0].contains("no weight at generalAmount: 0.001"))
    #expect(try select(Selection(pairAmount: .count(200), rule: .first)).warnings.count == 1)
  }

  /// 1 / (7 * 9) is 0.01587..., and 0.016 * 63 is 1.008.
  @Test func theShareThatIsRecommendedGivesAWeight() throws {
    let matrix = MadeScores.Matrix(
      MadeScores.up, rows: 7, columns: 9, (0..<63).map { Float($0) })
    let none = try MadeScores.select(
      Selection(generalAmount: .count(1), pairAmount: .share(0.015)), (matrix, matrix, matrix))
    #expect(none.warnings.count == 2)
    #expect(
      none.warnings[0]
        == "the selection is empty: no matrix has a top weight at these shares; choose .count or "
        + "a larger pairAmount")
    #expect(none.warnings[1].hasSuffix("choose .count or a share of at least 0.016"))
    let some = try MadeScores.select(
      Selection(generalAmount: .count(1), pairAmount: .share(0.016)), (matrix, matrix, matrix))
    #expect(some.firstCount == 1)
  }

  @Test func tiesAcrossACutAreSaid() throws {
    let flat = MadeScores.Matrix(
      MadeScores.up, rows: 2, columns: 5, [Float](repeating: 1, count: 10))
    let selection = Selection(generalAmount: .count(10), pairAmount: .count(4), rule: .noGeneral)
    let found = try MadeScores.select(selection, (flat, flat, flat))
    #expect(found.matrices[0].indices == [0, 1, 2, 3])
    #expect(found.matrices[0].first.cut.tieCount == 10)
    #expect(found.matrices[0].general.tieCount == 0)
    #expect(found.warnings.count == 1)
    #expect(found.warnings[0].hasPrefix("in 1 matrix equal scores stand on both sides of a cut"))
  }
}
