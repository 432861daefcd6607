// SPDX-License-Identifier: Apache-2.0

import SPINEndpoint
import SPINErrors
import SPINJSON
import SPINTestSupport
import Testing

/// What a server wrote, in the forms in which servers write, and what is asked of it.
@Suite(.timeLimit(.minutes(5)))
struct CompletionTests {
  private func completion(
    _ choice: String, _ route: CompletionRequest.Route = .chat
  ) throws -> Completion {
    let server = try StubServer { _, _ in
      .answer(200, "{\"model\": \"m\", \"choices\": [\(choice)]}")
    }
    return try server.client().complete(
      CompletionRequest("Hello", route: route, sampling: .init(maxTokens: 4)), model: "m")
  }

  @Test(arguments: [
    (#""safe""#, "safe", false),
    (#""<think>\nunsafe?\n</think>\n\nsafe""#, "\n\nsafe", true),
    // The template wrote the opening mark, and nothing was thought.
    (#""unsafe? no.</think>safe""#, "safe", true),
    (#""<think>\n\n</think>\n\nsafe""#, "\n\nsafe", false),
    (#""<thinking>hm</thinking> safe""#, " safe", true),
    // Cut off while it thought.
    (#""<think>safe or""#, "", true), (#"" \n<think>""#, "", true),
    // A mark in what is said.
    (#""Write <think> and </think>.""#, "Write <think> and </think>.", false),
    (#""It is safe: <think> is a mark""#, "It is safe: <think> is a mark", false),
    // Two thoughts: what comes after the last one is said.
    (#""<think>a</think>b<think>c</think>safe""#, "safe", true),
    (
      #"[{"type": "text", "text": "sa"}, {"type": "image_url"}, {"type": "text", "text": "fe"}]"#,
      "safe", false
    ),
    ("[]", "", false), ("null", "", false),
  ])
  func thoughtIsNoText(_ content: String, _ text: String, _ hasThought: Bool) throws {
    let found = try completion("{\"message\": {\"content\": \(content)}}")
    #expect(found.text == text && found.hasThought == hasThought)
  }

  @Test(arguments: [
    (#"{"content": null, "reasoning_content": "hm"}"#, "", true),
    (#"{"reasoning": "hm", "content": "safe"}"#, "safe", true),
    (#"{"content": null, "reasoning_content": null}"#, "", false),
    (#"{"content": null, "refusal": "I cannot judge that."}"#, "I cannot judge that.", false),
  ])
  func thoughtMayHaveAMemberOfItsOwn(_ message: String, _ text: String, _ hasThought: Bool) throws {
    let found = try completion("{\"message\": \(message)}")
    #expect(found.text == text && found.hasThought == hasThought)
  }

  /// Sums over answers must not overflow, whatever a server says.
  @Test(arguments: [
    ("12", 12), ("9223372036854775807", nil), ("-5", nil), ("null", nil), ("4294967297", nil),
  ])
  func tokensThatNoAnswerHasAreNotCounted(_ stated: String, _ expected: Int?) throws {
    let server = try StubServer { _, _ in
      .answer(
        200,
        #"{"model": "m", "choices": [{"message": {"content": "a"}}], "usage": {"completion_tokens": "#
          + stated + "}}")
    }
    let found = try server.client().complete(
      CompletionRequest("Hello", route: .chat, sampling: .init(maxTokens: 4)), model: "m")
    #expect(found.tokenCount == expected)
  }

  @Test func endsAreTold() throws {
    let cut = try completion(#"{"message": {"content": "sa"}, "finish_reason": "length"}"#)
    #expect(cut.isCutOff && !cut.isFiltered)
    let whole = try completion(#"{"message": {"content": "safe"}, "finish_reason": "stop"}"#)
    #expect(!whole.isCutOff && !whole.isFiltered)
    for choice in [
      #"{"message": {"content": "The"}, "finish_reason": "content_filter"}"#,
      #"{"message": {"role": "assistant"}, "finish_reason": "content_filter"}"#,
      #"{"finish_reason": "content_filter"}"#,
    ] {
      #expect(try completion(choice).isFiltered, "\(choice)")
    }
    #expect(try completion(#"{"text": "<think>a</think>b"}"#, .completions).text == "b")
    #expect(try completion(#"{"finish_reason": "content_filter"}"#, .completions).isFiltered)
  }

  private func body(_ change: (inout CompletionRequest.Sampling) throws -> Void) throws -> String {
    let server = try StubServer { .text("yes", to: $1) }
    var sampling = CompletionRequest.Sampling(maxTokens: 4)
    try change(&sampling)
    _ = try server.client().complete(
      CompletionRequest("a", route: .completions, sampling: sampling), model: "m")
    return String(server.requests[0].body.dropFirst(#"{"model":"m","prompt":"a","#.count))
  }

  @Test func membersOfRequestsAreChosen() throws {
    #expect(try body { _ in } == #""max_tokens":4,"temperature":0.0,"seed":0}"#)
    #expect(
      try body {
        $0.tokenField = .maxCompletionTokens
        $0.temperature = nil
      } == #""max_completion_tokens":4,"seed":0}"#)
    let extra = try body {
      for text in [
        #"chat_template_kwargs={"enable_thinking": false}"#, "seed=null", "temperature=1",
        "reasoning_effort=low",
      ] {
        let (name, value) = try CompletionRequest.Sampling.extraMember(text)
        $0.extra[name] = value
      }
      // What is taken away stands in records, and not in requests.
      #expect($0.json.object?["seed"] == .null)
    }
    #expect(
      extra == #""max_tokens":4,"temperature":1,"chat_template_kwargs":{"enable_thinking":false},"#
        + #""reasoning_effort":"low"}"#)
  }

  @Test(arguments: [
    (
      "abc",
      "\"abc\": is no member of a request, expected NAME=JSON; write it as reasoning_effort=\"low\""
    ),
    (
      "=1",
      "\"=1\": is no member of a request, expected NAME=JSON; write it as reasoning_effort=\"low\""
    ),
    (
      "messages=[]",
      "\"messages\": cannot be set as an extra member; use the option for it, if there is one"
    ),
    (
      "stream=true",
      "\"stream\": cannot be set as an extra member; use the option for it, if there is one"
    ),
  ])
  func wrongMembersAreSaid(_ text: String, _ expected: String) {
    do {
      _ = try CompletionRequest.Sampling.extraMember(text)
      Issue.record("nothing was thrown")
    } catch { #expect("\(error)" == expected) }
  }

  /// A server that refuses a member says so before the work, with the option.
  @Test func refusedMembersShowInTheTrial() throws {
    for (words, remedy) in [
      (
        "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
        "send the token limit as max_completion_tokens: tokenField"
      ),
      (
        "'temperature' does not support 0.0 with this model.",
        "send no temperature: temperature: nil"
      ),
    ] {
      let server = try StubServer { _, request in
        request.path.hasSuffix("/models")
          ? .models("m") : .answer(400, "{\"error\": {\"message\": \"\(words)\"}}")
      }
      let message = server.message {
        _ = try ServedModel(named: "m", on: server.client(), route: .chat)
      }
      #expect(message.hasSuffix(remedy))
    }
    // Models that think refuse to be cut before they said a word.
    let server = try StubServer(serving: { .text("yes", to: $1) })
    var sampling = CompletionRequest.Sampling(maxTokens: 100)
    sampling.temperature = nil
    for field in CompletionRequest.Sampling.TokenField.allCases {
      sampling.tokenField = field
      _ = try ServedModel(named: "m", on: server.client(), route: .chat, sampling: sampling)
    }
    let bodies = server.requests.filter { $0.method == "POST" }.map(\.body)
    #expect(bodies[0].hasSuffix(#""max_tokens":1,"seed":0}"#))
    #expect(bodies[1].hasSuffix(#""max_completion_tokens":100,"seed":0}"#))
  }
}
