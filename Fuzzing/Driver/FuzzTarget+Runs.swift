// SPDX-License-Identifier: Apache-2.0

import Foundation

@testable import SPINCheckpoint
@testable import SPINChoices
@testable import SPINErrors
@testable import SPINEvaluation
@testable import SPINImportance
@testable import SPINJSON
@testable import SPINJobs
@testable import SPINKernels
@testable import SPINReport
@testable import SPINStorage
@testable import SPINTraining

extension FuzzTarget {
  static func scoringJournal(_ bytes: [UInt8]) throws {
    _ = try ScoringJournal(path: Scratch.log(bytes, "scoring.jsonl"), identity: "0")
  }

  /// Items of every kind of journal; their first line is as it should be.
  static func itemJournal(_ bytes: [UInt8]) throws {
    let identity: JSON = ["model_sha256": "0", "edit": .null]
    let digest = FileDigest.sha256(Array(identity.serialized(indented: false).utf8))
    let header: JSON = ["schema": "item-journal/2", "kind": "items", "identity": .string(digest)]
    let path = Scratch.log(Array(header.serialized(indented: false).utf8) + [0x0A] + bytes, "items")
    try eachMayRefuse {
      for item in try ItemJournal(path: path, kind: "items", identity: digest).items {
        try eachMayRefuse(
          { _ = (try item.required("question", as: String.self), try Answer(item)) },
          { _ = (try item.required("item", as: String.self), try Judgement(item)) },
          { _ = try item.required("values", as: [Double].self) },
          { _ = try JudgedAnswer(item).json })
      }
    }
    try eachMayRefuse { _ = try ChoiceJournal(path: path, modelHash: "0", edit: nil) }
    try eachMayRefuse {
      _ = try ItemJournal(path: path, kind: "items", identity: "1", about: ["window": 2])
    }
  }

  /// The record of a folder, which says what `--restart` may remove.
  static func folderRecord(_ bytes: [UInt8]) throws {
    let bystander = Scratch.file([1], "bystander")
    let path = Scratch.folder(
      "record", [("mine", [1]), ("finished", [2]), (OutputRecord.name, bytes)])
    try eachMayRefuse {
      let folder = try OutputFolder(path, of: "run")
      defer { folder.close() }
      _ = (folder.isWhole("evaluation"), try folder.isOwn)
      try folder.begin(restart: true)
    }
    guard FileSystem.status(bystander) != nil else { fatalError("a file of others was removed") }
  }

  static func request(_ bytes: [UInt8]) throws {
    let folder = Scratch.folder("request", [("request.json", bytes)])
    let record = RequestRecord(entries: [
      .init(option: "spin", value: "run", part: .scores),
      .init(option: "MODEL", value: "0", part: .scores),
      .init(option: "--data privacy", value: "a.csv (0123456789ab)", part: .scores),
      .init(option: "--count", value: 4, part: .selection),
      .init(option: "--question-limit", value: 5, part: .evaluation, grows: true),
      .init(option: "--task", value: ["mmlu"], part: .evaluation, grows: true),
    ])
    try record.require(in: folder, scores: "scores")
  }

  /// One file of a run's folder, told by the schema that it names, as a report.
  static func report(_ bytes: [UInt8]) throws {
    let json = try JSON(parsing: bytes, path: "input").requireObject(at: "input")
    let schema: String = try json.required("schema")
    let names = [
      "run": "manifest", "patch": "patch", "selection": "selection", "sweep": "sweep",
      "data-lint": "data",
    ]
    let kind = String(schema.prefix { $0 != "/" })
    let measures = ["awareness", "perplexity", "divergence", "choices", "phrases", "coupling"]
    guard let name = names[kind] ?? (measures.contains(kind) ? kind : nil) else { return }
    use(
      try Report(of: [.init(path: Scratch.folder("run", [("\(name).json", bytes)]), name: "run")]))
  }

  /// A comparison beside one arm.
  static func comparison(_ bytes: [UInt8]) throws {
    let path = Scratch.folder("compared", as: "comparison")
    _ = Scratch.file(bytes, "compared/compare.json")
    use(try Report(comparison: path))
  }

  private static func use(_ report: Report) {
    _ = (report.html, report.markdown, report.json(toolVersion: "0"), report.headline)
  }

  static func answers(_ bytes: [UInt8]) throws {
    let path = Scratch.file(bytes, "awareness-privacy-before.jsonl")
    try eachMayRefuse(
      {
        let awareness = try AwarenessResult(path: path)
        _ = awareness.json
        _ = try AwarenessChange(before: awareness, after: awareness, source: path).json
      }, { _ = try AnswerFile(path: path).answers },
      {
        let list = try AnswerList(path: path)
        for index in list?.verdicts.keys ?? [:].keys { _ = try list?.item(index) }
      })
  }

  static func trainingState(_ bytes: [UInt8]) throws {
    let checkpoint = TrainingCheckpoint(
      path: Scratch.file(bytes, "state.safetensors"), identity: "0",
      device: CPUDevice(threadCount: 1))
    guard let history = try checkpoint.read(into: [], []) else { return }
    _ = (history.json, history.best, history.evaluationsSinceBest)
  }

  static func trainingRecord(_ bytes: [UInt8]) throws {
    let path = Scratch.folder("trained", [(TrainingFolder.recordName, bytes)])
    let folder = TrainingFolder(
      path: path, method: "lora", identity: ["options": ["seed": "0"]], toolVersion: "0")
    try eachMayRefuse(
      { _ = try folder.isComplete() }, { try folder.open(restart: false).close() })
  }
}
