// SPDX-License-Identifier: Apache-2.0

import SPINEndpoint
import SPINErrors
import SPINTestSupport
import Testing

/// What is wrong with one request ends that request; what is wrong with the server ends the work.
@Suite(.timeLimit(.minutes(5)))
struct RequestFailureTests {
  private static let requests = (0..<8).map {
    CompletionRequest("question \($0)", route: .chat, sampling: .init(maxTokens: 4))
  }

  /// What each request comes to where question 3 gets one reply, whenever it is asked, and all others
  /// are answered.
  private func outcomes(
    _ reply: StubServer.Reply, concurrency: Int = 2,
    _ change: (inout EndpointOptions) -> Void = { _ in }
  ) throws -> [Int: String] {
    let server = try StubServer(serving: { _, request in
      request.prompt == "question 3" ? reply : .text("fine", to: request)
    })
    let model = try ServedModel(named: "m", on: server.client(change), route: .chat)
    var found: [Int: String] = [:]
    try model.complete(Self.requests, concurrency: concurrency) { place, outcome in
      switch outcome {
      case .success(let completion): found[place] = completion.text
      case .failure(let failure): found[place] = failure.reason.rawValue
      }
    }
    return found
  }

  private func expect(_ found: [Int: String], _ reason: String) {
    var expected = Dictionary(uniqueKeysWithValues: (0..<8).map { ($0, "fine") })
    expected[3] = reason
    #expect(found == expected)
  }

  @Test(arguments: [
    (400, #"{"error": {"message": "maximum context length is 4096 tokens"}}"#, "rejected"),
    (400, "", "rejected"), (413, "too large", "rejected"), (422, #"{"detail": []}"#, "rejected"),
    (
      400,
      #"{"error": {"code": "content_filter", "message": "filtered", "innererror": {"code": "#
        + #""ResponsibleAIPolicyViolation"}}}"#, "filtered"
    ),
    (400, #"{"error": {"type": "content_policy_violation"}}"#, "filtered"),
    (200, #"{"error": {"code": "content_filter"}}"#, "filtered"),
    (200, #"{"error": {"message": "out of memory"}}"#, "rejected"),
    (200, #"{"model": "m", "choices": [], "usage"#, "malformed"),
    (200, #"{"model": "m", "choices": []}"#, "malformed"), (200, "<html>", "malformed"),
    (200, #"{"model": "m", "choices": [{"message": null}]}"#, "malformed"),
    (200, #"{"model": "m", "choices": [{"message": {"content": 5}}]}"#, "malformed"),
    (200, #"{"model": "m", "choices": [{"message": {"content": ["a"]}}]}"#, "malformed"),
  ])
  func oneRequestDoesNotEndTheWork(_ status: Int, _ body: String, _ reason: String) throws {
    expect(try outcomes(.answer(status, body)), reason)
  }

  @Test func answersWithoutEndDoNotEndTheWork() throws {
    expect(try outcomes(.endless) { $0.maximumBodyBytes = 100_000 }, "malformed")
  }

  /// The server answers a trial in between, so it is this request that it cannot take.
  @Test(arguments: [StubServer.Reply.answer(500, "oops"), .hangUp, .cut("{", of: 100), .silence])
  func serversThatFailAtOneRequestGoOn(_ reply: StubServer.Reply) throws {
    let found = try outcomes(reply) {
      $0.retries.attempts = 2
      $0.timeout = 2
    }
    expect(found, "server_error")
  }

  /// From request 3 on the server says the same to everything, a trial included.
  @Test(arguments: [
    (401, "", "it requires a key"), (403, "", "it requires a key"),
    (404, "", "correct the address"),
    (429, "", "too many requests"), (500, "oops", "in 2 attempts: \"oops\""),
    (400, #"{"error": {"code": "model_not_found", "message": "gone"}}"#, "\"gone\""),
    (400, #"{"error": {"code": "insufficient_quota", "message": "pay"}}"#, "\"pay\""),
  ])
  func serversThatFailEndTheWork(_ status: Int, _ body: String, _ words: String) throws {
    let server = try StubServer { number, request in
      if request.path.hasSuffix("/models") { return .models("m") }
      return number < 4 ? .text("fine", to: request) : .answer(status, body)
    }
    let model = try ServedModel(
      named: "m", on: server.client { $0.retries.attempts = 2 }, route: .chat)
    var places: [Int] = []
    let message = server.message {
      try model.complete(Self.requests, concurrency: 1) { place, outcome in
        if case .failure(let failure) = outcome { Issue.record("\(place): \(failure)") }
        places.append(place)
      }
    }
    #expect(message.contains("answers with status \(status)") && message.contains(words))
    #expect(places == [0, 1])
  }
}
