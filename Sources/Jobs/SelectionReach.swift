// SPDX-License-Identifier: Apache-2.0

public import SPINDecoderNames
import SPINErrors
import SPINExecution
import SPINSelection

/// How many weights a selection can take from each kind of matrix, known from shapes alone, before
/// scoring.
public struct SelectionReach: Sendable {
  /// The matrices of one projection, which have the same shape in every layer.
  public struct Kind: Sendable, Hashable {
    /// "mlp.gate_proj".
    public let name: String
    /// Rows of a matrix.
    public let rows: Int
    /// Columns of a matrix.
    public let columns: Int
    /// How many such matrices take part.
    public let matrixCount: Int
    /// Top weights of each data set of the pair, in one matrix.
    public let pairCount: Int
    /// Top weights of general ability, in one matrix.
    public let generalCount: Int
  }

  /// The paper's share, 5e-7, of the largest matrices of its models: 11008 x 4096 in Llama-2-7B and
  /// Vicuna-7B.
  public static let paperCount = 22

  /// The kinds of matrices that take part, in the order of a block.
  public let kinds: [Kind]
  private let selection: Selection

  /// What a selection can take from a model.
  ///
  /// - Parameters:
  ///   - selection: Which weights to take.
  ///   - target: The matrices that are scored.
  ///   - model: The model's shape.
  public init(_ selection: Selection, target: TargetModule, of model: DecoderConfiguration) {
    self.selection = selection
    let target = selection.targetModule ?? target
    let layers = selection.layers.map { $0.clamped(to: 0...max(model.layerCount - 1, 0)).count }
    kinds = MatrixName.Projection.allCases.filter { projection in
      target.contains(MatrixName(layer: 0, projection: projection))
    }.map { projection in
      let (rows, columns) = model.shape(projection)
      return Kind(
        name: "\(projection.module.rawValue).\(projection.rawValue)", rows: rows, columns: columns,
        matrixCount: layers ?? model.layerCount,
        pairCount: selection.pairAmount.count(rows: rows, columns: columns),
        generalCount: selection.generalAmount.count(rows: rows, columns: columns))
    }
  }

  /// The largest number of weights that can be selected.
  public var limit: Int { kinds.reduce(0) { $0 + $1.matrixCount * count($1) } }

  /// Bytes of the pages that the edit may change at most: each weight may be on a page of its own.
  var editBytes: Int {
    let pages = (selection.rule == .union ? 2 : 1) * Machine.pageBytes
    return kinds.reduce(0) { sum, kind in
      sum + kind.matrixCount * min(count(kind) * pages, 4 * kind.rows * kind.columns + pages)
    }
  }

  /// The kinds of which weights can be selected, and none is left out for general ability although the rule would.
  public var unprotectedKinds: [Kind] {
    // A share of 0 is what somebody asked for.
    guard ![.noGeneral, .generalOnly].contains(selection.rule), selection.generalAmount != .share(0)
    else { return [] }
    return kinds.filter { $0.pairCount > 0 && $0.generalCount == 0 }
  }

  /// The kinds of which no weight can be selected.
  public var emptyKinds: [Kind] { kinds.filter { count($0) == 0 } }

  /// Refuses a selection that is bound to be empty.
  ///
  /// - Throws: `SPINError` with code `usage` that says what share or count would select something.
  public func requireWeights() throws {
    guard let largest = kinds.max(by: { $0.rows * $0.columns < $1.rows * $1.columns }) else {
      return
    }
    if case .count(let count) = amount, count > largest.rows * largest.columns {
      throw SPINError(
        .usage, at: .weightCount,
        "is \(count), the largest matrix here has \(largest.rows * largest.columns) weights",
        remedy: "give a number of weights for each matrix; the paper's share is \(Self.paperCount)")
    }
    guard limit == 0 else { return }
    let setting = selection.rule == .generalOnly ? Setting.generalAmount : .pairAmount
    guard case .share(let share) = amount else { return }
    throw SPINError(
      .usage, at: setting,
      """
      a share of \(share) is less than one weight of every matrix here: the largest, \
      \(largest.rows)x\(largest.columns), has \(largest.rows * largest.columns); the paper's share \
      of 5e-7 is \(Self.paperCount.counted("weight")) of its 11008x4096
      """,
      remedy: """
        give \(setting: .weightCount, value: Self.paperCount), which is as many in every matrix, or a larger \
        \(setting: .pairAmount) and \(setting: .generalAmount); \(enabling: .allowsEmpty) continues without an edit
        """)
  }

  /// How many weights each matrix gives, in a few words: "top 22 of each of 90 matrices".
  public var summary: String {
    let counts = Set(kinds.map(count)).sorted()
    let matrices = kinds.reduce(0) { $0 + $1.matrixCount }
    let range =
      counts.count > 1 ? "\(counts[0]) to \(counts[counts.count - 1])" : "\(counts.first ?? 0)"
    return "top \(range) of each of \(matrices.counted("matrix"))"
  }

  private var amount: Selection.Amount {
    selection.rule == .generalOnly ? selection.generalAmount : selection.pairAmount
  }

  private func count(_ kind: Kind) -> Int {
    selection.rule == .generalOnly ? kind.generalCount : kind.pairCount
  }
}
