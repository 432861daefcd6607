// SPDX-License-Identifier: Apache-2.0

import SPINEndpoint
import SPINErrors
import SPINTestSupport
import Testing

/// What passes by itself: the answer comes, and so many requests and waits were needed.
@Suite(.timeLimit(.minutes(5)))
struct RecoveryTests {
  private func answer(
    _ clock: PatientClock = PatientClock(), timeout: Double = 20,
    _ reply: @escaping @Sendable (Int) -> StubServer.Reply?
  ) throws -> (text: String, requests: Int) {
    let server = try StubServer { reply($0) ?? .text("yes", to: $1) }
    let client = try server.client(clock: clock) { $0.timeout = timeout }
    let text = try client.complete(hello, model: "m").text
    return (text, server.requests.count)
  }

  @Test func aServerThatIsBusyIsAskedAgainWhenItSays() throws {
    let clock = PatientClock()
    let (text, requests) = try answer(clock) {
      switch $0 {
      case 0: .answer(429, "{}", headers: ["Retry-After": "7"])
      // 2001-09-09T01:46:40Z is 10^9; seven seconds have passed on this clock.
      case 1: .answer(503, "", headers: ["Retry-After": "Sun, 09 Sep 2001 01:47:00 GMT"])
      // Less than we would wait ourselves, and nothing of use.
      case 2: .answer(429, "", headers: ["Retry-After": "0"])
      case 3: .answer(429, "", headers: ["Retry-After": "whenever"])
      default: nil
      }
    }
    #expect(text == "yes" && requests == 5)
    #expect(Array(clock.waits.prefix(2)) == [7, 13])
    let policy = RetryPolicy()
    #expect(Array(clock.waits.dropFirst(2)) == [3, 4].map { policy.delay(after: $0, of: 0) })
  }

  @Test(arguments: [500, 502, 503, 504, 529])
  func errorsOfTheServerPass(_ status: Int) throws {
    let clock = PatientClock()
    let (text, requests) = try answer(clock) {
      $0 < 5 ? .answer(status, "oops") : nil
    }
    #expect(text == "yes" && requests == 6)
    #expect(clock.waits == (1...5).map { RetryPolicy().delay(after: $0, of: 0) })
  }

  @Test func cutConnectionsAreMadeAgain() throws {
    let (text, requests) = try answer {
      switch $0 {
      case 0: .cut("", of: 300)
      case 1: .cut("{\"model\": \"m\", \"choices\": [", of: 300)
      case 2: .hangUp
      default: nil
      }
    }
    #expect(text == "yes" && requests == 4)
  }

  @Test func slowAnswersAreAskedForAgain() throws {
    let (text, requests) = try answer(timeout: 0.3) {
      switch $0 {
      case 0: .silence
      case 1: .trickle
      default: nil
      }
    }
    #expect(text == "yes" && requests == 3)
  }

  @Test func requestsSayWhatTheyWant() throws {
    let server = try StubServer { .text("yes", to: $1) }
    let client = try server.client()
    var sampling = CompletionRequest.Sampling(maxTokens: 4)
    _ = try client.complete(hello, model: "m")
    sampling.temperature = 0.5
    sampling.topP = 0.9
    sampling.topK = 40
    sampling.seed = .max
    sampling.stop = ["\n"]
    let chat = try client.complete(
      CompletionRequest("a \"b\"\n\u{1F600}", route: .chat, sampling: sampling), model: "x/y")
    #expect(chat.text == "yes" && chat.finishReason == "stop" && chat.tokenCount == 3)
    #expect(
      server.requests.map(\.body) == [
        #"{"model":"m","prompt":"Hello","max_tokens":4,"temperature":0.0,"seed":0}"#,
        #"{"model":"x/y","messages":[{"role":"user","content":"a \"b\"\n😀"}],"max_tokens":4,"#
          + #""temperature":0.5,"seed":9223372036854775807,"top_p":0.9,"top_k":40,"stop":["\n"]}"#,
      ])
    let headers = server.requests[0].headers
    #expect(headers["content-type"] == "application/json")
    #expect(headers["authorization"] == nil)
    #expect(server.requests.map(\.method) == ["POST", "POST"])
  }

  @Test func aTextMayBeMissingWhereAMessageHasNone() throws {
    let bodies = [
      #"{"model":"m","choices":[{"message":{"role":"assistant","content":null}}]}"#,
      #"{"model":"m","choices":[{"message":{"role":"assistant","reasoning_content":"hm"}}]}"#,
    ]
    let server = try StubServer { number, _ in .answer(200, bodies[number]) }
    let client = try server.client()
    for _ in bodies {
      let request = CompletionRequest("Hello", route: .chat, sampling: .init(maxTokens: 4))
      #expect(try client.complete(request, model: "m").text == "")
    }
  }
}
