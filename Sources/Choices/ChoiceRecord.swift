// SPDX-License-Identifier: Apache-2.0

import SPINCalibration
import SPINErrors
import SPINEvaluation
import SPINJSON

/// Reads the columns of a record for a task, with messages that say what the task expects.
struct ChoiceRecord {
  let fields: JSONObject
  private let place: String
  private let columns: String

  /// - Parameters:
  ///   - record: The record.
  ///   - columns: What the task expects.
  init(_ record: RecordTable.Record, expecting columns: String) {
    fields = record.fields
    place = record.place
    self.columns = columns
  }

  /// A record inside this one.
  func inner(_ fields: JSONObject) -> ChoiceRecord {
    ChoiceRecord(RecordTable.Record(fields, place: place), expecting: columns)
  }

  /// Whether there is a column of this name.
  func has(_ name: String) -> Bool { fields[name] != nil }

  /// A member that must be a text.
  func text(_ name: String) throws -> String {
    let value = try value(name)
    guard let text = value.string else {
      throw failure("\"\(name)\" is \(value.brief), not a text")
    }
    return text
  }

  /// A whole number, or the text of one as delimited files have it.
  func integer(_ name: String) throws -> Int {
    let value = try value(name)
    guard let number = Int(json: value) ?? value.string.flatMap({ Int($0) }) else {
      throw failure("\"\(name)\" is \(value.brief), not a whole number")
    }
    return number
  }

  /// A list of texts, or its JSON in the cell of a delimited file.
  func texts(_ name: String) throws -> [String] {
    var value = try value(name)
    if let text = value.string, let parsed = try? JSON(parsing: Array(text.utf8), path: place) {
      value = parsed
    }
    guard let texts = [String](json: value) else {
      throw failure(
        "\"\(name)\" is \(value.brief), not a list of texts",
        remedy: "export the data as JSONL, where lists stay lists")
    }
    return texts
  }

  /// The number of a right choice below a count.
  func gold(_ name: String, below count: Int, from first: Int = 0) throws -> Int {
    let number = try integer(name)
    guard (first..<first + count).contains(number) else {
      throw failure("\"\(name)\" is \(number), expected \(first) to \(first + count - 1)")
    }
    return number - first
  }

  /// The index of a letter such as "B" among the first ones of the alphabet.
  func letter(_ name: String, below count: Int) throws -> Int {
    let text = try text(name)
    let letters = (0..<count).map { String(UnicodeScalar(UInt8(65 + $0))) }
    guard let place = letters.firstIndex(of: text) else {
      throw failure(
        "\"\(name)\" is \"\(text.excerpt)\", expected \(letters.joined(separator: ", "))")
    }
    return place
  }

  /// The record does not fit its task.
  func failure(_ message: String, remedy: String? = nil) -> SPINError {
    SPINError(
      .malformedInput, at: place, message,
      remedy: remedy ?? "expected the columns \(columns)")
  }

  /// A value of any kind.
  func value(_ name: String) throws -> JSON {
    guard let value = fields[name] else {
      let found = fields.keys.prefix(12).map { "\"\($0)\"" }.joined(separator: ", ")
      throw failure("has no \"\(name)\", only \(found.isEmpty ? "nothing" : found)")
    }
    return value
  }
}
