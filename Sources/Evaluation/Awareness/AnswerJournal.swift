// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON
import SPINStorage

/// Answers that are done, one JSON object a line, so that an interrupted run does none again.
///
/// The first line names everything that decides an answer; a last line that a crash cut short counts
/// for nothing.
public final class AnswerJournal {
  /// The answers so far, by the index of their question.
  public private(set) var answers: [Int: String] = [:]
  private let file: RandomAccessFile
  private var end: Int
  private var unsynchronized = 0

  /// Opens the journal of a run, or begins one.
  ///
  /// - Parameters:
  ///   - path: Where it lies.
  ///   - identity: A digest of model, edit, questions and options.
  /// - Throws: `SPINError` where the journal is of another run.
  public init(path: String, identity: String) throws {
    let bytes = FileSystem.status(path) == nil ? [] : try FileSystem.read(path)
    let whole = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    let lines = bytes[..<whole].split(separator: UInt8(ascii: "\n"))
    file = try RandomAccessFile(path: path, .createOrUpdate)
    end = whole
    guard let first = lines.first else {
      try append(["schema": "answer-journal/1", "identity": .string(identity)])
      try file.synchronize()
      return
    }
    guard try JSON(parsing: Array(first), path: path).object?["identity"] == .string(identity)
    else {
      throw SPINError(
        .cannotCreate, at: path, "belongs to answers of another model, edit, file or option",
        remedy: "choose another --out, or remove the folder")
    }
    for line in lines.dropFirst() {
      let object = try JSON(parsing: Array(line), path: path).requireObject(at: path)
      answers[try object.required("index")] = try object.required("answer", as: String.self)
    }
  }

  /// Records an answer; it is on disk after a few more, or after `synchronize`.
  public func record(_ answer: String, at index: Int) throws {
    try append(["index": JSON(index), "answer": .string(answer)])
    answers[index] = answer
    unsynchronized += 1
    if unsynchronized >= 32 { try synchronize() }
  }

  /// Makes sure that all answers are on disk.
  public func synchronize() throws {
    try file.synchronize()
    unsynchronized = 0
  }

  private func append(_ object: JSONObject) throws {
    let line = Array((JSON.object(object).serialized(indented: false) + "\n").utf8)
    try file.write(line, at: end)
    end += line.count
  }
}
