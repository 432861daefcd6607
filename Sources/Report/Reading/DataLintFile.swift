// SPDX-License-Identifier: Apache-2.0

import SPINJSON
import SPINStorage

/// `data.json`: what `spin data lint --json` found in the data files of a run.
struct DataLintFile {
  struct File {
    /// The name of the file, without its folder.
    let name: String
    let rows, distinctRows, empty, nullLike: Int
    let oneToken, tooLong: Int?
    let rowsInScoredFiles: Int
    let drawn, distinctDrawn: Int?
    /// The median and the longest prompt and response, in `unit`.
    let promptLengths, responseLengths: (median: Int, maximum: Int)?
  }

  /// Rows of one file whose prompts occur in another.
  struct Overlap {
    let file, other: String
    let normalized, verbatim: Int
    let drawn: Int?
  }

  let members: JSONObject
  let unit: String
  let sampleCount: Int
  let files: [File]
  let overlaps: [Overlap]

  init?(path: String) throws {
    guard let object = try JSONFile.members(of: path, schema: "data-lint/1") else { return nil }
    members = object
    unit = try object.required("unit")
    sampleCount = try object.required("nsamples")
    files = try object.required("files", as: [JSONObject].self).map { try File($0) }
    overlaps = try object.required("overlaps", as: [JSONObject].self).flatMap { overlap in
      let first = FileSystem.name(of: try overlap.required("first"))
      let second = FileSystem.name(of: try overlap.required("second"))
      return [
        try Overlap(first, second, try overlap.required("first_in_second")),
        try Overlap(second, first, try overlap.required("second_in_first")),
      ]
    }
  }
}

extension DataLintFile.File {
  init(_ object: JSONObject) throws {
    name = FileSystem.name(of: try object.required("path"))
    rows = try object.required("rows")
    distinctRows = try object.required("distinct_rows")
    empty =
      try object.required("empty_prompts", as: Int.self) + object.required("empty_responses")
    nullLike = try object.required("null_like_rows")
    oneToken = try object.optional("one_token_responses")
    tooLong = try object.optional("too_long_rows")
    rowsInScoredFiles = try object.required("rows_in_files_with_responses")
    drawn = try object.optional("drawn_rows")
    distinctDrawn = try object.optional("distinct_drawn_rows")
    func lengths(_ key: String) throws -> (median: Int, maximum: Int)? {
      try object.optional(key, as: JSONObject.self).map {
        (try $0.required("median"), try $0.required("max"))
      }
    }
    promptLengths = try lengths("prompt_lengths")
    responseLengths = try lengths("response_lengths")
  }
}

extension DataLintFile.Overlap {
  init(_ file: String, _ other: String, _ object: JSONObject) throws {
    (self.file, self.other) = (file, other)
    normalized = try object.required("normalized")
    verbatim = try object.required("verbatim")
    drawn = try object.optional("drawn")
  }
}
