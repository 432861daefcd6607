// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import SPINJSON
import SPINTemplates
import SPINTestSupport
import Testing

/// Templates in the forms of chat models, and real ones, over many conversations.
struct TemplateConformanceTests {
  /// The pinned file, and the one that `Tools/conformance/compare_templates.py` writes and names in the environment.
  private static let paths =
    [Fixture.root + "/conversations.json"]
    + [ProcessInfo.processInfo.environment["SPIN_TEMPLATE_CASES"]].compactMap(\.self)

  @Test(arguments: paths) func conversationsEqualTransformers(path: String) throws {
    let document = try JSON(parsing: Array(Data(contentsOf: URL(filePath: path))), path: path)
      .requireObject(at: path)
    let templates = try document.required("templates", as: [JSONObject].self).map { item in
      try ChatTemplate(
        item.required("source"), name: item.required("name"),
        specialTokens: item.required("tokens", as: JSONObject.self).members.reduce(into: [:]) {
          $0[$1.key] = $1.value.string
        })
    }
    var equal = 0
    for item in try document.required("cases", as: [JSONObject].self) {
      let template = templates[try item.required("template", as: Int.self)]
      let messages = try item.required("messages", as: [JSONObject].self)
      let expected: String? = try item.optional("expected")
      let shown = "\(template.template.name) \(JSON.array(messages.map { .object($0) }).brief)"
      do {
        let text = try template.render(
          json: messages, addGenerationPrompt: item.required("add_generation_prompt"),
          variables: ["tools": item["tools"] ?? .null, "date_string": "26 Jul 2024"])
        #expect(Array(text.utf8) == expected.map { Array($0.utf8) }, "\(shown)")
      } catch let error as SPINError {
        #expect(expected == nil, "\(shown): \(error)")
        if try item.required("error", as: String.self) == "TemplateError" {
          let message: String = try item.required("message")
          #expect(error.message == "the template refuses the conversation: \(message)", "\(shown)")
        }
      }
      equal += 1
    }
    print("\(equal) conversations compared")
  }

  /// Templates of folders as they are published, where those are.
  private static let folders = SharedMaterial.adding(to: [String]()) { [$0 + "/tokenizers"] }

  @Test func everyTemplateRendersAPlainConversation() throws {
    let path = Fixture.root + "/conversations.json"
    let own = try JSON(parsing: Array(Data(contentsOf: URL(filePath: path))), path: path)
      .requireObject(at: path).required("templates", as: [JSONObject].self)
      .map {
        (
          name: try $0.required("name", as: String.self),
          source: try $0.required("source", as: String.self)
        )
      }
    let real = try Self.folders.flatMap { folder in
      try FileManager.default.contentsOfDirectory(atPath: folder + "/chat_templates").map {
        (name: $0, source: try text(of: "\(folder)/chat_templates/\($0)"))
      }
    }
    #expect(own.count >= 5 && (Self.folders.isEmpty || real.count >= 8))
    for (name, source) in own + real {
      let template = try ChatTemplate(
        source, name: name, specialTokens: ["bos_token": "<s>", "eos_token": "</s>"])
      let text = try template.render([
        .user("Is it?"), ChatMessage(role: "assistant", content: "Yes."), .user("Wh\u{E9}n?"),
      ])
      #expect(text.contains("Is it?") && text.contains("Yes.") && text.contains("Wh\u{E9}n?"))
    }
    for folder in Self.folders {
      let qwen = try #require(try ChatTemplate(directory: folder + "/qwen2"))
      // transformers 5.23: AutoTokenizer(...).apply_chat_template(..., add_generation_prompt=True)
      #expect(
        try qwen.render([.user("Hi")])
          == "<|im_start|>system\nYou are Qwen, created by Alibaba Cloud. You are a helpful assistant."
          + "<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n")
      #expect(try ChatTemplate(directory: folder + "/llama2") == nil)
    }
  }

  private func text(of path: String) throws -> String {
    try String(contentsOf: URL(filePath: path), encoding: .utf8)
  }
}
