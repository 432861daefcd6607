// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON
import SPINStorage

extension AwarenessResult {
  /// Reads the items that an evaluation left: `awareness-NAME-SIDE.jsonl`.
  ///
  /// - Throws: `SPINError` where the file is absent, empty, or a line is none that `write` writes.
  public init(path: String) throws {
    let lines = try FileSystem.read(path).split(separator: UInt8(ascii: "\n"))
    guard !lines.isEmpty else {
      throw SPINError(
        .malformedInput, at: path, "is empty, expected one judged answer a line",
        remedy: "name the awareness-NAME-SIDE.jsonl of an evaluation")
    }
    self.init(
      try lines.enumerated().map { number, line in
        let place = "\(path): line \(number + 1)"
        return try JudgedAnswer(
          try JSON(parsing: Array(line), path: place).requireObject(at: place))
      })
  }

  /// Writes one line an item.
  ///
  /// - Parameters:
  ///   - names: What the judge's verdicts are called.
  ///   - overlap: Which questions occur in other data; their lines say so.
  func write(to path: String, _ names: VerdictNames, overlap: QuestionOverlap?) throws {
    let lines = answers.map { answer in
      var object = answer.json(names)
      if let kind = overlap?.kind(of: answer.index) { object["in_data"] = .string(kind) }
      return JSON.object(object).serialized(indented: false) + "\n"
    }
    try OutputFile.write(Array(lines.joined().utf8), to: path)
  }

  /// The items whose index fulfills a condition.
  public func filter(_ isIncluded: (_ index: Int) -> Bool) -> AwarenessResult {
    AwarenessResult(answers.filter { isIncluded($0.index) })
  }
}
