// SPDX-License-Identifier: Apache-2.0

public import SPINCalibration
import SPINErrors
public import SPINJSON
import SPINStorage

/// Which questions of an evaluation occur in data that a model or an edit was made with.
///
/// Such questions say little about unseen ones: an edit that was scored on them has seen them.
public struct QuestionOverlap: Sendable, Equatable {
  /// The names of the data files.
  public let files: [String]
  /// Their SHA-256.
  public let digests: [String]
  /// Questions that occur in the data word for word, by index.
  public let verbatim: Set<Int>
  /// Questions that occur in the data word for word or up to case, punctuation and whitespace.
  public let normalized: Set<Int>

  /// Looks for questions among prompts.
  public init(_ questions: [String], in data: [TextList]) {
    files = data.map { FileSystem.name(of: $0.path) }
    digests = data.map(\.digest)
    let prompts = PromptOverlap(data.flatMap(\.texts))
    let verbatim = Set(questions.indices.filter { prompts.containsVerbatim(questions[$0]) })
    self.verbatim = verbatim
    normalized = verbatim.union(questions.indices.filter { prompts.contains(questions[$0]) })
  }

  /// The prompts of a data file, in the first of some columns that it has.
  ///
  /// - Throws: `SPINError` as `TextList`, which names the last column where the file has none.
  public static func prompts(path: String, columns: [String]) throws -> TextList {
    precondition(!columns.isEmpty, "columns: no name to look for")
    guard !path.lowercased().hasSuffix(".txt") else { return try TextList(path: path, column: "") }
    let found = Set(try DataTable.columnNames(path: path))
    let column = columns.first { found.contains($0) } ?? columns[columns.count - 1]
    return try TextList(path: path, column: column)
  }

  /// Checks that at least one question remains: a rate over none is undefined.
  ///
  /// - Parameters:
  ///   - count: How many questions there are.
  ///   - overlap: Which of them are left out, where any are.
  ///   - name: What the set of questions is called.
  /// - Throws: `SPINError` that names the set.
  package static func requireQuestions(
    _ count: Int, without overlap: QuestionOverlap?, named name: String
  ) throws {
    let leftOut = overlap?.normalized.count ?? 0
    guard count - leftOut < 1 else { return }
    throw SPINError(
      .malformedInput, at: "the questions \"\(name)\"",
      leftOut > 0
        ? "none is left: all \(leftOut) are in the data that was scored"
        : "has no question in the requested part",
      remedy: "give more questions")
  }

  /// "verbatim", "normalized" or nil for a question.
  public func kind(of index: Int) -> String? {
    verbatim.contains(index) ? "verbatim" : normalized.contains(index) ? "normalized" : nil
  }

  /// Files and counts.
  public var json: JSON {
    let data = zip(files, digests).map { name, digest -> JSON in
      ["file": .string(name), "sha256": .string(digest)]
    }
    return [
      "data": .array(data), "verbatim": JSON(verbatim.count),
      "normalized": JSON(normalized.count), "left_out": JSON(normalized.count),
    ]
  }
}
