// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import SPINJSON
import SPINTemplates
import SPINTestSupport
import Testing

struct ChatTemplateTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func write(_ text: String, _ name: String) throws {
    try Data(text.utf8).write(to: URL(filePath: directory.file(name)))
  }

  private var loaded: ChatTemplate? {
    get throws { try ChatTemplate(directory: directory.path) }
  }

  @Test func aCheckpointWithoutTemplateHasNone() throws {
    #expect(try loaded == nil)
    try write("{\"chat_template\": null, \"bos_token\": \"<s>\"}", "tokenizer_config.json")
    #expect(try loaded == nil)
  }

  @Test func theSeparateFileWinsOverTheConfiguration() throws {
    try write("{\"chat_template\": \"three\"}", "chat_template.json")
    #expect(try loaded?.source == "three")
    try write("{\"chat_template\": \"two\"}", "tokenizer_config.json")
    #expect(try loaded?.source == "two")
    try write("one", "chat_template.jinja")
    #expect(try loaded?.source == "one")
    // printf one | sha256sum
    #expect(
      try loaded?.digest == "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed")
  }

  @Test func theDefaultOfAListIsTaken() throws {
    try write(
      "{\"chat_template\": [{\"name\": \"tool_use\", \"template\": \"t\"}, "
        + "{\"name\": \"default\", \"template\": \"d\"}]}", "tokenizer_config.json")
    #expect(try loaded?.source == "d")
    try write(
      "{\"chat_template\": [{\"name\": \"rag\", \"template\": \"t\"}]}", "tokenizer_config.json")
    let error = #expect(throws: SPINError.self) { _ = try loaded }
    #expect(error?.message == "has the templates rag, expected one named default")
  }

  @Test func specialTokensAndVariablesAreKnown() throws {
    try write(
      "{\"bos_token\": {\"content\": \"<s>\"}, \"eos_token\": \"</s>\", \"add_bos_token\": true, "
        + "\"pad_token\": null, \"chat_template\": \"{{ bos_token }}{{ eos_token }}"
        + "{{ pad_token is defined }}{{ tools is none }}{{ add_generation_prompt }}"
        + "{{ enable_thinking }}{{ messages[0].content }}\"}", "tokenizer_config.json")
    let template = try #require(try loaded)
    #expect(try template.render([.user("x")]) == "<s></s>FalseTrueTruex")
    #expect(
      try template.render(
        [.user("x")], addGenerationPrompt: false,
        variables: ["enable_thinking": false, "bos_token": "B"]) == "B</s>FalseTrueFalseFalsex")
    try write("{\"eos_token\": \"<e>\"}", "special_tokens_map.json")
    #expect(try loaded?.render([.user("x")]) == "<s><e>FalseTrueTruex")
  }

  @Test func anEmptyConversationIsRefused() throws {
    let template = try ChatTemplate("x", name: "t")
    let error = #expect(throws: SPINError.self) { _ = try template.render([]) }
    #expect(error?.message.hasPrefix("the conversation is empty") == true)
  }

  @Test func membersThatAreNullAreLeftOut() throws {
    let template = try ChatTemplate("{{ messages[0].content is defined }}", name: "t")
    #expect(try template.render(json: [["role": "user", "content": nil]]) == "False")
  }

  @Test func whatTheTemplateRaisesIsSaid() throws {
    let template = try ChatTemplate("\n{{ raise_exception('no ' ~ 1) }}", name: "t")
    let error = #expect(throws: SPINError.self) { _ = try template.render([.user("x")]) }
    #expect(error?.message == "the template refuses the conversation: no 1")
    #expect(error?.location == "t: line 2")
  }

  @Test func theDateIsThatAskedFor() throws {
    let template = try ChatTemplate(
      "{{ strftime_now('%d %b %Y|%-d %B %y %A %a %j %H %M %S %I %p %m %%') }}", name: "t")
    #expect(template.mentionsDate)
    // 2025-02-03 12:05:09 UTC was a Monday; noon leaves the day to every inhabited time zone but few.
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .current
    let date = try #require(
      calendar.date(
        from: DateComponents(year: 2025, month: 2, day: 3, hour: 12, minute: 5, second: 9)))
    // Python: datetime(2025, 2, 3, 12, 5, 9).strftime(...)
    #expect(
      try template.render([.user("x")], date: date)
        == "03 Feb 2025|3 February 25 Monday Mon 034 12 05 09 12 PM 02 %")
  }
}
