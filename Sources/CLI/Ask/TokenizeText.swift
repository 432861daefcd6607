// SPDX-License-Identifier: Apache-2.0

import SPINJSON
import SPINJobs

/// The tokens of one prompt, as text and as JSON.
struct TokenizeText {
  let index: Int
  let format: String
  let prompt: String
  let tokens: [LocatedToken]

  /// The ids on a line.
  var ids: String { tokens.map { String($0.id) }.joined(separator: " ") }

  /// A line for each token.
  var table: String {
    var rows = [["index", "id", "characters", "bytes", "piece"]]
    for (index, token) in tokens.enumerated() {
      rows.append([
        String(index), String(token.id), Self.offsets(token.scalarRange),
        Self.offsets(token.utf8Range), Self.visible(token.piece),
      ])
    }
    let widths = (0..<4).map { column in rows.map { $0[column].utf8.count }.max() ?? 0 }
    return rows.map { row in
      (0..<4).map { column in
        Columns.padding(row[column], widths[column]) + row[column]
      }.joined(separator: "  ") + "  " + row[4]
    }.joined(separator: "\n")
  }

  /// One line.
  var json: String {
    let object: JSON = [
      "index": JSON(index), "prompt_format": .string(format), "text": .string(prompt),
      "tokens": .array(
        tokens.map { token in
          [
            "id": JSON(Int(token.id)), "piece": .string(token.piece),
            "start": JSON(token.scalarRange.lowerBound), "end": JSON(token.scalarRange.upperBound),
            "byte_start": JSON(token.utf8Range.lowerBound),
            "byte_end": JSON(token.utf8Range.upperBound), "special": .bool(token.isSpecial),
          ]
        }),
    ]
    return object.serialized(indented: false)
  }

  private static func offsets(_ range: Range<Int>) -> String {
    range.isEmpty ? "-" : "\(range.lowerBound)-\(range.upperBound)"
  }

  /// The piece with what would break the line or the terminal written as escapes.
  private static func visible(_ piece: String) -> String {
    piece.unicodeScalars.map { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse:
        scalar.escaped(asASCII: true)
      default: String(scalar)
      }
    }.joined()
  }
}
