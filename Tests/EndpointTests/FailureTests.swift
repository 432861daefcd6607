// SPDX-License-Identifier: Apache-2.0

import SPINEndpoint
import SPINErrors
import SPINTestSupport
import Synchronization
import Testing

/// What does not pass: one error that says where, what, and what to do.
@Suite(.timeLimit(.minutes(5)))
struct FailureTests {
  private static let place = "http://127.0.0.1:PORT/v1/completions: "
  private static let check =
    "; check that http://127.0.0.1:PORT/v1 is an OpenAI-compatible server"
  private static let log = "; look at the server's log, then run the same command again"

  /// The error where each request gets the same reply.
  private func failure(
    _ reply: StubServer.Reply, requests: Int = 1,
    _ change: (inout EndpointOptions) -> Void = { _ in }
  ) throws -> String {
    let server = try StubServer { _, _ in reply }
    let client = try server.client(change)
    let message = server.message { _ = try client.complete(hello, model: "m") }
    #expect(server.requests.count == requests)
    guard message.hasPrefix(Self.place) else { return message }
    return String(message.dropFirst(Self.place.count))
  }

  @Test(arguments: [
    (400, "correct the model, the prompts or the options"),
    (404, "correct the address or the name of the model"),
    (501, "look at the server's log, then run the same command again"),
  ])
  func refusedRequestsAreNotSentAgain(_ status: Int, _ remedy: String) throws {
    #expect(
      try failure(.answer(status, #"{"error": {"message": "no\u0007  such\nthing", "code": 1}}"#))
        == "answers with status \(status): \"no such thing\"; \(remedy)")
  }

  @Test(arguments: [
    (#"{"error": "plain"}"#, ": \"plain\""), (#"{"detail": "of FastAPI"}"#, ": \"of FastAPI\""),
    (#"{"message": "of others"}"#, ": \"of others\""), ("<html>\n</html>", ": \"<html> </html>\""),
    (#"{"detail": [{"loc": 1}]}"#, #": "{"detail": [{"loc": 1}]}""#), ("", ""),
    (String(repeating: "x", count: 400), ": \"" + String(repeating: "x", count: 300) + "...\""),
  ])
  func theServersWordsAreRepeated(_ body: String, _ expected: String) throws {
    #expect(
      try failure(.answer(422, body))
        == "answers with status 422\(expected); correct the model, the prompts or the options")
  }

  @Test func serversThatStayBusyOrBrokenEndTheWork() throws {
    #expect(
      try failure(.answer(429, #"{"error": {"message": "rate limit"}}"#), requests: 6)
        == "answers with status 429 in 6 attempts, too many requests: \"rate limit\"; send fewer "
        + "requests at once, or run the same command again later")
    #expect(
      try failure(.answer(500, "oops"), requests: 3) { $0.retries.attempts = 3 }
        == "answers with status 500 in 3 attempts: \"oops\"" + Self.log)
    #expect(
      try failure(.answer(429, "", headers: ["Retry-After": "3600"]))
        == "asks to wait 3600 seconds (status 429); run the same command again then")
    #expect(
      try failure(.answer(503, "", headers: ["Retry-After": String(repeating: "9", count: 400)]))
        == "asks to wait 1000000000 seconds (status 503); run the same command again then")
  }

  @Test func connectionsThatStayCutEndTheWork() throws {
    #expect(
      try failure(.cut("{", of: 100), requests: 6)
        == "the connection was cut before the answer was whole in 6 attempts" + Self.log)
    #expect(
      try failure(.hangUp, requests: 6)
        == "the connection was cut before the answer was whole in 6 attempts" + Self.log)
  }

  @Test(arguments: [StubServer.Reply.silence, .trickle])
  func answersThatStaySlowEndTheWork(_ reply: StubServer.Reply) throws {
    let message = try failure(reply, requests: 2) {
      $0.timeout = 0.25
      $0.retries.attempts = 2
    }
    #expect(
      message == "gave no whole answer within 0.25 seconds in 2 attempts; allow more time, or send "
        + "fewer requests at once")
  }

  @Test func longAnswersAreNotReadToTheirEnd() throws {
    #expect(
      try failure(.endless) { $0.maximumBodyBytes = 1_000_000 }
        == "the answer is longer than 1000000 bytes" + Self.check)
    // The limit itself is allowed: the body is read, and is not JSON.
    let body = String(repeating: " ", count: 1000)
    #expect(
      try failure(.answer(200, body)) { $0.maximumBodyBytes = 1000 }
        == "the answer: line 1, column 1001: the document ends here, expected a value" + Self.check)
    #expect(
      try failure(.answer(200, body)) { $0.maximumBodyBytes = 999 }
        == "the answer is longer than 999 bytes" + Self.check)
  }

  @Test(arguments: [
    ("<html>", "the answer: line 1, column 1: found \"<\", expected a value"),
    (
      "{\"model\": \"m\", \"choices\"",
      "the answer: line 1, column 25: the document ends here, expected \":\" after a key"
    ),
    ("[1]", "the answer: is [1], expected an object"),
    (
      "{\"model\": \"m\"}",
      "the answer: key \"choices\": is missing, expected an array, each "
        + "element an object"
    ),
    (
      "{\"model\": \"m\", \"choices\": []}",
      "the answer: key \"choices\": is empty, expected one "
        + "text"
    ),
    (
      "{\"model\": \"m\", \"choices\": [{\"message\": {\"content\": \"a\"}}]}",
      "the answer: key \"choices[0].text\": is missing, expected a string"
    ),
    (
      "{\"choices\": [{\"text\": \"a\"}]}",
      "the answer: key \"model\": is missing, expected a string"
    ),
    (
      "{\"model\": \"m\", \"choices\": [{\"text\": 5}]}",
      "the answer: key \"choices[0].text\": is 5, expected a string"
    ),
  ])
  func answersThatAreNoneAreSaid(_ body: String, _ expected: String) throws {
    #expect(try failure(.answer(200, body)) == expected + Self.check)
  }

  @Test func errorsWithTheStatusOfSuccessAreErrors() throws {
    #expect(
      try failure(.answer(200, #"{"error": {"message": "out of memory"}}"#))
        == "answers with an error: \"out of memory\"; correct the model, the prompts or the options"
    )
  }

  @Test func whereNobodyListensNothingIsTriedAgainAtFirst() throws {
    // A port that was free a moment ago.
    let port = try StubServer { _, _ in .hangUp }.port
    let clock = PatientClock()
    let client = EndpointClient(try EndpointAddress("http://127.0.0.1:\(port)"), clock: clock)
    func message(_ work: () throws -> Void) -> String {
      do {
        try work()
        return "nothing was thrown"
      } catch { return "\(error)".replacing(":\(port)", with: ":PORT") }
    }
    // The port is free once the thread that listened has noticed.
    var found = ""
    for _ in 0..<100 where !found.contains("nothing listens") {
      found = message { _ = try client.models() }
    }
    #expect(
      found == "http://127.0.0.1:PORT/v1/models: nothing listens there; start the server, or "
        + "correct the address")
    let before = clock.waits.count
    #expect(
      message { _ = try client.complete(hello, model: "m") }
        == Self.place + "nothing listens there in 6 attempts; start the server, or correct the "
        + "address")
    #expect(clock.waits.count - before == 5)
  }

  @Test func unknownHostsAreSaid() throws {
    let client = EndpointClient(
      try EndpointAddress("http://no-such-host.invalid"), clock: PatientClock())
    do {
      _ = try client.models()
      Issue.record("nothing was thrown")
    } catch {
      #expect(
        "\(error)"
          == "http://no-such-host.invalid/v1/models: no machine of this name is known; correct the "
          + "address")
    }
  }

  @Test func wishesToStopEndARequestAtOnce() throws {
    let server = try StubServer { _, _ in .silence }
    let client = try server.client()
    let clock = ContinuousClock()
    let start = clock.now
    let message = server.message(.interrupted) {
      _ = try client.complete(
        hello, model: "m", shouldStop: { clock.now - start > .milliseconds(100) })
    }
    #expect(message == "stopped")
    // Long before the server gives up, on however busy a machine.
    #expect(clock.now - start < .seconds(15))
  }

  @Test func wishesToStopEndAWaitAtOnce() throws {
    let server = try StubServer { _, _ in
      .answer(429, "", headers: ["Retry-After": "500"])
    }
    let client = try server.client(clock: SystemClock())
    let clock = ContinuousClock()
    let start = clock.now
    let message = server.message(.interrupted) {
      _ = try client.complete(
        hello, model: "m", shouldStop: { clock.now - start > .milliseconds(300) })
    }
    #expect(message == "stopped")
    // Long before the server gives up, on however busy a machine.
    #expect(clock.now - start < .seconds(15))
  }
}
