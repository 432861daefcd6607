// SPDX-License-Identifier: Apache-2.0

import Foundation

@testable import SPINCalibration
@testable import SPINChoices
@testable import SPINErrors
@testable import SPINEvaluation
@testable import SPINTemplates

extension FuzzTarget {
  static func table(_ bytes: [UInt8], _ name: String) throws {
    _ = try DataTable(path: Scratch.file(bytes, name))
  }

  /// Records as the items of every task.
  static func choices(_ bytes: [UInt8]) throws {
    let isJSON = bytes.first == UInt8(ascii: "{")
    let path = Scratch.file(bytes, isJSON ? "items.jsonl" : "items.csv")
    for task in ChoiceCatalog.tasks + [ChoiceTask.user(name: "items", hasExamples: false)] {
      try eachMayRefuse { _ = try ChoiceTaskData(task, path: path) }
    }
    try eachMayRefuse { _ = try MMLUData.load(path, examples: nil) }
  }

  static func text(_ bytes: [UInt8]) throws {
    let file = try TextFile(bytes, path: "text.txt")
    try eachMayRefuse(
      { _ = try file.text() }, { _ = try file.lines() },
      {
        let template = try JudgeTemplate(file.text())
        _ = template.text(QuestionAnswer(question: "{answer}", answer: "{question}"))
      })
  }

  /// Conversations in a template that looks at all of a message.
  static func conversations(_ bytes: [UInt8]) throws {
    let template = try ChatTemplate(
      "{%- for m in messages %}{{ m.role }}: {{ m['content'] | trim }}{{ m | tojson }}\n{% endfor %}"
        + "{{ tools | tojson if tools }}",
      name: "template")
    for conversation in try Conversation.read(TextFile(bytes, path: "conversations.json")) {
      try eachMayRefuse {
        _ = try ChatPrompt(template, system: "Be brief.").text(of: conversation)
      }
    }
  }
}
