// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import SPINJSON
import SPINTemplates
import SPINTestSupport
import Testing

/// Real templates of checkpoints.
struct TemplateConformanceTests {
  /// The file that `Tools/conformance/compare_templates.py` writes and names here.
  static let casesPath = ProcessInfo.processInfo.environment["SPIN_TEMPLATE_CASES"]

  @Test(.enabled(if: casesPath != nil, "run by Tools/conformance/compare_templates.py only"))
  func conversationsEqualTransformers() throws {
    let path = try #require(Self.casesPath)
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

  @Test(.enabled(if: SharedMaterial.path != nil, "real templates lie beside the checkout only"))
  func realTemplatesRenderAPlainConversation() throws {
    let folder = (SharedMaterial.path ?? "") + "/tokenizers"
    let names = try FileManager.default.contentsOfDirectory(atPath: folder + "/chat_templates")
    #expect(names.count >= 8)
    for name in names {
      let path = "\(folder)/chat_templates/\(name)"
      let source = try String(contentsOf: URL(filePath: path), encoding: .utf8)
      let template = try ChatTemplate(
        source, name: name, specialTokens: ["bos_token": "<s>", "eos_token": "</s>"])
      let text = try template.render([
        .user("Is it?"), ChatMessage(role: "assistant", content: "Yes."), .user("Wh\u{E9}n?"),
      ])
      #expect(text.contains("Is it?") && text.contains("Yes.") && text.contains("Wh\u{E9}n?"))
    }
    let qwen = try #require(try ChatTemplate(directory: folder + "/qwen2"))
    // transformers 5.23: AutoTokenizer(...).apply_chat_template(..., add_generation_prompt=True)
    #expect(
      try qwen.render([.user("Hi")])
        == "<|im_start|>system\nYou are Qwen, created by Alibaba Cloud. You are a helpful assistant."
        + "<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n")
    #expect(try ChatTemplate(directory: folder + "/llama2") == nil)
  }
}
