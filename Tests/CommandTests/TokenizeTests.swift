// SPDX-License-Identifier: Apache-2.0

import SPINJSON
import SPINJobs
import SPINTestSupport
import Testing

/// `spin tokenize`: ids, pieces and offsets of texts, and prompts of conversations.
struct TokenizeTests {
  private let folder: TemporaryDirectory
  private let tokenizer: Tokenizer

  private static let template = """
    {% if tools %}<tools>{% for tool in tools %}{{ tool.function.name }} {% endfor %}</tools>{% endif %}\
    {% for m in messages %}<|im_start|>{{ m.role }}
    {{ m.content }}{% if m.tool_calls %}CALL{% endif %}<|im_end|>
    {% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
    {% if enable_thinking is defined and not enable_thinking %}<think>{% endif %}{% endif %}
    """

  /// A folder without weights: a tokenizer that puts `<s>` before a text, and a chat template.
  init() throws {
    folder = try TemporaryDirectory()
    let root = try JSON(
      parsing: Array(text(of: Fixture.root + "/chat_turns.json").utf8), path: "")
    let document = try #require(root.object?["tokenizer"]).serialized()
    try write(document.utf8, to: folder.file("tokenizer.json"))
    try write(
      #"{"bos_token": "<s>", "add_bos_token": true}"#.utf8,
      to: folder.file("tokenizer_config.json"))
    try write(Self.template.utf8, to: folder.file("chat_template.jinja"))
    tokenizer = try Tokenizer(directory: folder.path)
  }

  private func tokenize(_ arguments: String..., input: String = "") throws -> Program.Outcome {
    try Program.run(["tokenize", folder.path] + arguments, input: input)
  }

  @Test func idsOfRawTextComeWithAndWithoutSpecialTokens() throws {
    let raw = try tokenize("Hello you", "--prompt-format", "raw", "--show", "ids")
    #expect(raw.status == 0 && raw.standardError == "", "\(raw)")
    func line(_ ids: [Int32]) -> String { ids.map(String.init).joined(separator: " ") + "\n" }
    #expect(raw.standardOutput == line(tokenizer.encode("Hello you")))
    let plain = try tokenize(
      "Hello you", "--prompt-format", "raw", "--show", "ids", "--no-special-tokens")
    #expect(plain.standardOutput == line(tokenizer.encode("Hello you", addSpecialTokens: false)))
    #expect(plain.standardOutput != raw.standardOutput)
    let several = try tokenize(
      "--prompts", "-", "--prompt-format", "raw", "--show", "ids", input: "a\n\nb\n")
    #expect(several.standardOutput == line(tokenizer.encode("a")) + line(tokenizer.encode("b")))
  }

  @Test func theTableShowsPiecesAndOffsets() throws {
    let outcome = try tokenize("é you", "--prompt-format", "raw")
    let lines = outcome.standardOutput.split(separator: "\n").map {
      $0.split(separator: " ").map(String.init)
    }
    #expect(lines.first == ["index", "id", "characters", "bytes", "piece"])
    let tokens = tokenizer.tokens(of: "é you")
    #expect(lines.count == tokens.count + 1)
    #expect(lines[1] == ["0", "\(tokens[0].id)", "-", "-", "<s>"])
    for (line, token) in zip(lines.dropFirst(2), tokens.dropFirst()) {
      #expect(line[1] == "\(token.id)")
      #expect(line[2] == "\(token.scalarRange.lowerBound)-\(token.scalarRange.upperBound)")
      #expect(line[3] == "\(token.utf8Range.lowerBound)-\(token.utf8Range.upperBound)")
      #expect(line[4] == token.piece)
    }
  }

  @Test func aTextIsOneTurnOfTheTemplate() throws {
    let text = "<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n"
    #expect(try tokenize("Hello", "--show", "text").standardOutput == text + "\n")
    let ids = tokenizer.encode(text, addSpecialTokens: false).map(String.init)
    #expect(
      try tokenize("Hello", "--show", "ids").standardOutput == ids.joined(separator: " ") + "\n")
    let told = try tokenize(
      "Hello", "--show", "text", "--system", "Be brief.", "--template-variable",
      "enable_thinking=false")
    #expect(
      told.standardOutput == "<|im_start|>system\nBe brief.<|im_end|>\n" + text + "<think>\n")
    let open = try tokenize("Hello", "--show", "text", "--no-generation-prompt")
    #expect(open.standardOutput == "<|im_start|>user\nHello<|im_end|>\n\n")
  }

  @Test func conversationsKeepToolsAndFurtherMembers() throws {
    let conversation = #"""
      {"messages": [{"role": "user", "content": "Weather?"}, {"role": "assistant", "content": "", "tool_calls": [1]}],
       "tools": [{"type": "function", "function": {"name": "weather"}}]}
      """#
    let expected =
      "<tools>weather </tools><|im_start|>user\nWeather?<|im_end|>\n<|im_start|>assistant\nCALL<|im_end|>\n"
      + "<|im_start|>assistant\n\n"
    let whole = try tokenize("--conversation", "-", "--show", "text", input: conversation)
    #expect(whole.standardOutput == expected, "\(whole)")
    // One a line, and tools from a file of their own.
    let line = #"[{"role": "user", "content": "Weather?"}]"#
    let tools = folder.file("tools.json")
    try write(#"[{"function": {"name": "time"}}]"#.utf8, to: tools)
    let several = try tokenize(
      "--conversation", "-", "--tools", tools, "--json", input: line + "\n" + line + "\n")
    let objects = several.standardOutput.split(separator: "\n")
    #expect(objects.count == 2, "\(several)")
    let object = try #require(JSON(parsing: Array(objects[1].utf8), path: "").object)
    let text: String = try object.required("text")
    #expect(text.hasPrefix("<tools>time </tools><|im_start|>user\nWeather?"))
    #expect(object["index"] == 1 && object["prompt_format"] == "chat")
    let tokens = try object.required("tokens", as: [JSONObject].self)
    #expect(
      try tokens.map { Int32(try $0.required("id", as: Int.self)) }
        == tokenizer.encode(text, addSpecialTokens: false))
    #expect(tokens.last?["end"].flatMap(Int.init(json:)) == text.unicodeScalars.count)
  }

  @Test func whatDoesNotGoTogetherIsSaid() throws {
    func refusal(_ arguments: String..., input: String = "") throws -> String {
      let outcome = try Program.run(["tokenize", folder.path] + arguments, input: input)
      #expect(outcome.status != 0 && outcome.standardOutput == "")
      return outcome.standardError
    }
    #expect(try refusal().hasPrefix("spin: give one of a text, --prompts and --conversation; see "))
    #expect(
      try refusal("a", "--no-special-tokens").hasPrefix("spin: --no-special-tokens: concerns raw"))
    #expect(
      try refusal("--conversation", "-", "--prompt-format", "raw", input: "[]")
        .hasPrefix("spin: --conversation: needs the chat format"))
    #expect(
      try refusal("--conversation", "-", input: #"[{"content": "x"}]"#)
        .contains(#"messages[0].role: is missing, expected a text such as "user""#))
    #expect(
      try refusal("--conversation", "-", input: "7")
        .contains("expected a list of messages or an object with \"messages\""))
    #expect(
      try refusal(
        "--conversation", "-", "--system", "y", input: #"[{"role": "system", "content": "x"}]"#
      ).contains("--system: is a second system message"))
  }
}
