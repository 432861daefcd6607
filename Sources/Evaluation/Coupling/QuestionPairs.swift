// SPDX-License-Identifier: Apache-2.0

public import SPINCalibration
import SPINErrors

/// Questions of two kinds, as many of each, drawn and paired by chance.
///
/// The questions of two files have nothing to do with each other line by line, so that any pairing is
/// as good as any other. This one is a seed's.
public struct QuestionPairs: Sendable, Equatable {
  /// Questions of one kind.
  public struct Side: Sendable, Equatable {
    /// What they are about, such as "privacy".
    public let name: String
    /// The SHA-256 of their file.
    public let digest: String
    /// The questions of one kind.
    public let questions: [String]

    /// Questions of a file.
    public init(name: String, digest: String, questions: [String]) {
      self.name = name
      self.digest = digest
      self.questions = questions
    }

    /// All questions of a list.
    public init(name: String, list: TextList) {
      self.init(name: name, digest: list.digest, questions: list.texts)
    }
  }

  /// The questions that were drawn of each kind; question i of one is paired with question i of the
  /// other.
  public let first, second: Side
  /// The seed of the draw.
  public let seed: UInt64

  /// The number of pairs.
  public var count: Int { first.questions.count }

  /// Draws questions of two kinds.
  ///
  /// Rows `numpy.random.default_rng(seed).permutation(rows)[:count]` of each, as calibration samples
  /// are drawn.
  ///
  /// - Parameters:
  ///   - first: All questions of one kind.
  ///   - second: All of the other.
  ///   - count: How many of each to draw; at least 2.
  ///   - seed: Of the draws.
  /// - Throws: `SPINError` where there are fewer than `count` of a kind.
  public init(first: Side, second: Side, count: Int, seed: UInt64) throws {
    precondition(count >= 2, "count must be at least 2")
    func draw(_ side: Side) throws -> Side {
      let rows = side.questions.count
      guard rows >= count else {
        throw SPINError(
          .malformedInput, at: "the questions \"\(side.name)\"",
          "are \(rows), and \(count) are to be drawn",
          remedy: "draw \(rows) or fewer (\(setting: .pairCount))")
      }
      var generator = NumPyGenerator(seed: seed)
      let order = generator.permutation(rows).prefix(count)
      return Side(
        name: side.name, digest: side.digest, questions: order.map { side.questions[$0] })
    }
    self.first = try draw(first)
    self.second = try draw(second)
    self.seed = seed
  }
}
