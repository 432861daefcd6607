// SPDX-License-Identifier: Apache-2.0

public import SPINJSON

extension DataLint {
  /// What was found, schema "data-lint/1".
  ///
  /// - Parameters:
  ///   - sampleCount: How many rows a scoring run would draw.
  ///   - seed: The seed of the draw.
  ///   - name: What a file is called, by its path; the path itself by default.
  public func json(
    sampleCount: Int, seed: UInt64, name: (_ path: String) -> String = { $0 }
  ) -> JSON {
    [
      "schema": "data-lint/1", "tool_version": .string(SPINVersion.current),
      "nsamples": JSON(sampleCount), "seed": .string("\(seed)"),
      "unit": .string(files.first?.unit.rawValue ?? ""),
      "files": .array(files.map { Self.json($0, name) }),
      "overlaps": .array(overlaps.map { Self.json($0, name) }),
    ]
  }

  private static func json(_ file: FileLint, _ name: (String) -> String) -> JSON {
    [
      "path": .string(name(file.path)), "has_responses": .bool(file.hasResponses),
      "rows": JSON(file.rowCount), "distinct_rows": JSON(file.distinctRowCount),
      "distinct_prompts": JSON(file.distinctPromptCount),
      "empty_prompts": JSON(file.emptyPromptCount),
      "empty_responses": JSON(file.emptyResponseCount),
      "null_like_rows": JSON(file.missingLookingCount),
      "one_token_responses": number(file.oneTokenResponseCount),
      "too_long_rows": number(file.tooLongCount),
      "rows_in_files_with_responses": JSON(file.rowsInScoredFiles),
      "drawn_rows": number(file.drawnCount), "distinct_drawn_rows": number(file.distinctDrawnCount),
      "prompt_lengths": json(file.promptLengths), "response_lengths": json(file.responseLengths),
      "prompt_characters": json(file.promptCharacters),
      "response_characters": json(file.responseCharacters),
    ]
  }

  private static func json(_ lengths: LengthSummary?) -> JSON {
    guard let lengths else { return .null }
    return [
      "min": JSON(lengths.minimum), "median": JSON(lengths.median),
      "p95": JSON(lengths.percentile95), "max": JSON(lengths.maximum),
    ]
  }

  private static func json(_ overlap: FileOverlap, _ name: (String) -> String) -> JSON {
    [
      "first": .string(name(overlap.first)), "second": .string(name(overlap.second)),
      "first_in_second": json(overlap.firstInSecond),
      "second_in_first": json(overlap.secondInFirst),
    ]
  }

  private static func json(_ count: FileOverlap.Count) -> JSON {
    [
      "verbatim": JSON(count.verbatim), "normalized": JSON(count.normalized),
      "drawn": number(count.drawn),
    ]
  }

  private static func number(_ count: Int?) -> JSON { count.map { JSON($0) } ?? .null }
}
