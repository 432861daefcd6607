// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// The largest scores of one matrix for one data set, and their indices.
///
/// They are in the total order in which every selection is made: the larger score first, and of
/// equal scores the smaller index.
public struct TopScores: Sendable, Equatable {
  /// The name of the matrix in the checkpoint.
  public let tensor: String
  /// The rows of the matrix: output features.
  public let rows: Int
  /// The columns of the matrix: input features.
  public let columns: Int
  /// The flat row-major indices, by rank.
  public let indices: [Int]
  /// The scores, by rank; none below the next, all finite.
  public let values: [Float]

  /// How many weights the matrix has.
  public var size: Int { rows * columns }
  /// How many scores are stored.
  public var keptCount: Int { indices.count }
  /// Whether every score of the matrix is stored.
  public var isComplete: Bool { keptCount == size }

  /// Scores by rank.
  ///
  /// - Throws: `SPINError` that names the matrix where the lists differ in length, an index lies
  ///   outside the matrix or occurs twice, a score is not finite, or the order is not the total
  ///   order.
  public init(
    tensor: String, rows: Int, columns: Int, indices: [Int], values: [Float]
  ) throws {
    self.tensor = tensor
    self.rows = rows
    self.columns = columns
    self.indices = indices
    self.values = values
    try validate()
  }

  /// Scores that are in order by construction.
  init(
    inOrder indices: [Int], values: [Float], tensor: String, rows: Int, columns: Int
  ) {
    self.tensor = tensor
    self.rows = rows
    self.columns = columns
    self.indices = indices
    self.values = values
  }

  /// The indices of the `count` largest scores, by rank.
  ///
  /// - Throws: `SPINError` where fewer are stored, or the matrix is smaller.
  public func top(_ count: Int) throws -> ArraySlice<Int> {
    precondition(count >= 0, "count must not be negative")
    guard count <= size else {
      throw SPINError(
        .usage, at: tensor, "the top \(count) weights are requested, the matrix has \(size)")
    }
    guard count <= keptCount else {
      throw SPINError(
        .malformedInput, at: tensor,
        "the top \(count) weights are requested, \(keptCount) scores were kept",
        remedy:
          "score again with \(setting: .keep, value: count) or more, or request a smaller share")
    }
    return indices[..<count]
  }

  private func validate() throws {
    func fail(_ message: String) -> SPINError { SPINError(.malformedInput, at: tensor, message) }
    let (size, overflows) = rows.multipliedReportingOverflow(by: columns)
    guard rows >= 0, columns >= 0, !overflows else {
      throw fail("scores are of shape [\(rows), \(columns)]")
    }
    guard indices.count == values.count else {
      throw fail("has \(indices.count) indices and \(values.count) scores")
    }
    guard indices.count <= size else {
      throw fail("has \(indices.count) scores for \(size) weights")
    }
    if let stray = indices.first(where: { $0 < 0 || $0 >= size }) {
      throw fail("index \(stray) lies outside the matrix of \(size) weights")
    }
    if let rank = values.firstIndex(where: { !$0.isFinite }) {
      throw fail("the score at rank \(rank) is \(values[rank])")
    }
    for rank in indices.indices.dropFirst()
    where values[rank] > values[rank - 1]
      || (values[rank] == values[rank - 1] && indices[rank] <= indices[rank - 1])
    {
      throw fail(
        "ranks \(rank - 1) and \(rank) are out of order, expected larger scores first and equal "
          + "ones by index")
    }
    guard Set(indices).count == indices.count else { throw fail("an index occurs twice") }
  }
}

// MARK: - The cut

extension TopScores {
  /// What separates the top weights from the rest.
  public struct Cut: Sendable, Hashable {
    /// How many weights are above the cut.
    public let count: Int
    /// The last score above, nil where there is none.
    public let value: Float?
    /// The first score below, nil where nothing is below or it was not kept.
    public let nextValue: Float?
    /// How many weights share one score across the cut, so that only their index decided.
    ///
    /// It is 0 where the scores above and below differ. Scores that were not kept are not counted.
    public let tieCount: Int

    /// Describes a cut.
    package init(count: Int, value: Float?, nextValue: Float?, tieCount: Int) {
      self.count = count
      self.value = value
      self.nextValue = nextValue
      self.tieCount = tieCount
    }

    /// The distance between the scores at the cut, nil where one is not known.
    public var margin: Float? {
      guard let value, let nextValue else { return nil }
      return value - nextValue
    }
  }

  /// The cut after the `count` largest scores.
  ///
  /// - Throws: `SPINError` as `top(_:)` does.
  public func cut(after count: Int) throws -> Cut {
    _ = try top(count)
    let value = count > 0 ? values[count - 1] : nil
    let next = count < keptCount ? values[count] : nil
    var ties = 0
    if let value, value == next {
      var first = count - 1
      while first > 0, values[first - 1] == value { first -= 1 }
      var end = count + 1
      while end < keptCount, values[end] == value { end += 1 }
      ties = end - first
    }
    return Cut(count: count, value: value, nextValue: next, tieCount: ties)
  }
}
