// SPDX-License-Identifier: Apache-2.0

public import SPINJSON
import SPINStorage

/// `Tests/Fixtures/data`: files of the form of the paper's own, and what Python's `csv` and NumPy find in them.
public struct MadeData: Sendable {
  /// One file with its counts.
  public struct File: Sendable {
    /// What it is called.
    public let name: String
    /// Where it is.
    public let path: String
    /// Rows, different rows, and different prompts.
    public let rowCount, distinctRowCount, distinctPromptCount: Int
    /// The different rows among the 128 that the defaults draw; nil for files of questions.
    public let distinctDrawnCount: Int?
    /// The rows whose prompt occurs in another file that has responses.
    public let rowsInScoredFiles: Int
  }

  /// All that is expected.
  public let root: JSONObject
  /// The files: five with prompts and responses, two with questions.
  public let files: [File]

  /// Reads what is expected.
  public init() throws {
    let folder = Fixture.root + "/data"
    let path = folder + "/expected.json"
    root = try JSON(parsing: FileSystem.read(path), path: path).requireObject(at: path)
    files = try root.required("files", as: [JSONObject].self).map { object in
      let name: String = try object.required("name")
      return File(
        name: name, path: "\(folder)/\(name).csv", rowCount: try object.required("rows"),
        distinctRowCount: try object.required("distinct_rows"),
        distinctPromptCount: try object.required("distinct_prompts"),
        distinctDrawnCount: try object.optional("distinct_drawn"),
        rowsInScoredFiles: try object.required("rows_in_scored_files"))
    }
  }

  /// Where a file is.
  public func path(_ name: String) -> String { "\(Fixture.root)/data/\(name).csv" }
}
