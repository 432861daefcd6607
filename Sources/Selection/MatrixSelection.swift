// SPDX-License-Identifier: Apache-2.0

public import SPINDecoderNames
public import SPINScores

/// What was selected in one matrix, and how its sets relate.
public struct MatrixSelection: Sendable, Hashable {
  /// One top set of the pair.
  public struct Side: Sendable, Hashable {
    /// Its size, and what separates it from the rest.
    public let cut: TopScores.Cut
    /// How many of its weights are not among general ability's.
    public let outsideGeneral: Int
  }

  /// The name of the matrix.
  public let name: MatrixName
  /// The number of output features.
  public let rows: Int
  /// The number of input features.
  public let columns: Int
  /// The first data set of the pair.
  public let first: Side
  /// The second data set of the pair.
  public let second: Side
  /// The top set of general ability.
  public let general: TopScores.Cut
  /// How many weights both sets of the pair have.
  public let overlapCount: Int
  /// How many of those are not among general ability's: what the rule `paper` selects.
  public let coupledCount: Int
  /// The probability of such an overlap or a larger one by chance.
  public let overlapProbability: Double
  /// How many of the selected weights are coupled as the rule `paper` understands it.
  public let selectedCoupledCount: Int
  /// The flat row-major indices of the selected weights, ascending.
  public let indices: [Int]

  /// How many weights the matrix has.
  public var size: Int { rows * columns }
  /// The overlap of the pair that chance would give.
  public var expectedOverlap: Double { chance.expected }

  private var chance: ChanceOverlap {
    ChanceOverlap(size: size, first: first.cut.count, second: second.cut.count)
  }
}

extension MatrixSelection {
  /// Applies a selection to the scores of one matrix.
  ///
  /// - Throws: `SPINError` where a set is larger than what was kept or than the matrix.
  init(
    _ selection: Selection, first: TopScores, second: TopScores, general: TopScores,
    name: MatrixName
  ) throws {
    let rows = first.rows
    let columns = first.columns
    let pairCount = selection.pairAmount.count(rows: rows, columns: columns)
    let generalCount = selection.generalAmount.count(rows: rows, columns: columns)
    let a = try first.top(pairCount).sorted()
    let b = try second.top(pairCount).sorted()
    let g = Set(try general.top(generalCount))
    let inBoth = Set(b)
    let overlap = a.filter { inBoth.contains($0) }
    let coupled = overlap.filter { !g.contains($0) }

    let indices =
      switch selection.rule {
      case .paper: coupled
      case .releasedCode:
        zip(a, b).filter { !g.contains($0) && !g.contains($1) }.map(\.0)
      case .noGeneral: overlap
      case .union: Set(a).union(b).subtracting(g).sorted()
      case .first: a.filter { !g.contains($0) }
      case .second: b.filter { !g.contains($0) }
      case .generalOnly: try general.top(coupled.count).sorted()
      case .random: Self.random(coupled.count, outside: g, general, seed: selection.seed)
      }
    let coupledSet = Set(coupled)
    self.name = name
    self.rows = rows
    self.columns = columns
    self.first = Side(
      cut: try first.cut(after: pairCount), outsideGeneral: a.count { !g.contains($0) })
    self.second = Side(
      cut: try second.cut(after: pairCount), outsideGeneral: b.count { !g.contains($0) })
    self.general = try general.cut(after: generalCount)
    overlapCount = overlap.count
    coupledCount = coupled.count
    overlapProbability = ChanceOverlap(size: first.size, first: pairCount, second: pairCount)
      .probability(ofAtLeast: overlap.count)
    selectedCoupledCount = indices.count { coupledSet.contains($0) }
    self.indices = indices
  }

  private static func random(
    _ count: Int, outside general: Set<Int>, _ scores: TopScores, seed: UInt64
  ) -> [Int] {
    var generator = RandomIndices(seed: seed, tensor: scores.tensor)
    return generator.draw(count, below: scores.size, excluding: general.sorted())
  }
}
