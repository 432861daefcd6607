// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINEvaluation
import SPINJSON
import SPINStorage
import SPINTemplates
import SPINTestSupport
import SPINTokenization
import Testing

/// Prompts and turns of conversations against transformers' own tokens and mask.
struct ChatPromptTests {
  private let root: JSONObject
  private let tokenizer: Tokenizer
  private let folder: TemporaryDirectory

  init() throws {
    let path = Fixture.root + "/chat_turns.json"
    root = try JSON(parsing: FileSystem.read(path), path: path).requireObject(at: path)
    folder = try TemporaryDirectory()
    let text = try #require(root["tokenizer"]).serialized()
    try OutputFile.write(Array(text.utf8), to: folder.file("tokenizer.json"))
    tokenizer = try Tokenizer(directory: folder.path)
  }

  private static let tokens = ["bos_token": "<s>", "eos_token": "</s>"]

  @Test func turnsAreThoseOfTransformers() throws {
    let cases = try root.required("cases", as: [JSONObject].self)
    #expect(cases.count == 8)
    for (place, item) in cases.enumerated() {
      let template = try ChatTemplate(
        item.required("template"), name: "t", specialTokens: Self.tokens)
      let variables = Dictionary(
        try item.required("variables", as: JSONObject.self).members.map { ($0.0, $0.1) }
      ) { $1 }
      let chat = ChatPrompt(template, system: item["system"]?.string, variables: variables)
      let turn = try chat.turn(
        prompt: item.required("prompt"), response: item.required("response"), tokenizer)
      #expect(turn.prompt == (try item.required("prompt_ids", as: [Int].self).map(Int32.init)))
      #expect(
        turn.response == (try item.required("turn_ids", as: [Int].self).map(Int32.init)),
        "case \(place)")
      #expect(try chat.tokens(of: item.required("prompt"), tokenizer) == turn.prompt)
    }
  }

  @Test func aResponseWithoutTextHasNoTurn() throws {
    let template = try ChatTemplate(
      "{% for m in messages %}{{ m.content }}</s>\n{% endfor %}", name: "t")
    let turn = try ChatPrompt(template).turn(prompt: "Hello", response: " \n", tokenizer)
    #expect(turn.response.isEmpty && !turn.prompt.isEmpty)
  }

  /// Where prompt and turn are not one behind the other, no loss could be told from the rest.
  @Test func aTemplateThatWritesTheTurnElsewhereIsRefused() throws {
    let template = try ChatTemplate(
      "{% for m in messages | reverse %}{{ m.content }}{% endfor %}", name: "t")
    #expect(throws: SPINError.self) {
      try ChatPrompt(template).turn(prompt: "Hello", response: "there", tokenizer)
    }
  }

  /// What the prompt's last token would swallow is tokenized as the model sees it.
  @Test func tokensAcrossTheBoundaryAreApart() throws {
    let template = try ChatTemplate(
      "{% for m in messages %}{{ m.content }}{% endfor %}", name: "t")
    let turn = try ChatPrompt(template).turn(prompt: "capi", response: "tal", tokenizer)
    #expect(turn.prompt == tokenizer.encode("capi", addSpecialTokens: false))
    #expect(turn.response == tokenizer.encode("tal", addSpecialTokens: false))
    #expect(
      tokenizer.encode("capital", addSpecialTokens: false).count
        < turn.prompt.count + turn.response.count)
  }

  @Test func theFormatFollowsTheCheckpoint() throws {
    #expect(try PromptRequest().format(ofModelAt: folder.path).name == "raw")
    #expect(throws: SPINError.self) { try PromptRequest(.chat).format(ofModelAt: folder.path) }
    #expect(throws: SPINError.self) {
      try PromptRequest(system: "Be brief.").format(ofModelAt: folder.path)
    }
    #expect(PromptRequest.warning(.raw, ofModelAt: folder.path) == nil)
    try OutputFile.write(
      Array("{{ messages[0].content }}".utf8), to: folder.file("chat_template.jinja"))
    #expect(try PromptRequest().format(ofModelAt: folder.path).name == "chat")
    #expect(try PromptRequest(.raw).format(ofModelAt: folder.path).name == "raw")
    #expect(throws: SPINError.self) {
      try PromptRequest(.raw, variables: ["a": 1]).format(ofModelAt: folder.path)
    }
    let warning = try #require(PromptRequest.warning(.raw, ofModelAt: folder.path))
    #expect(warning.contains("the format raw gives it texts unchanged"))
    let chat = try PromptRequest().format(ofModelAt: folder.path)
    #expect(PromptRequest.warning(chat, ofModelAt: folder.path) == nil)
  }

  @Test func whatWasRecordedIsReadBack() throws {
    #expect(try PromptRequest(recorded: "raw") == PromptRequest(.raw))
    let request = PromptRequest(.chat, system: "S", variables: ["enable_thinking": false, "n": 2])
    let template = try ChatTemplate("{{ messages[0].content }}", name: "t")
    let chat = ChatPrompt(template, system: request.system, variables: request.variables)
    #expect(
      try PromptRequest(recorded: chat.identity.serialized(indented: false)) == request)
    #expect(throws: SPINError.self) { try PromptRequest(recorded: "chat") }
  }
}
