// SPDX-License-Identifier: Apache-2.0

import SPINEndpoint
import SPINErrors
import SPINTestSupport
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(5)))
struct ServedModelTests {
  private func server(
    models: StubServer.Reply, answering name: String = "m"
  ) throws -> StubServer {
    try StubServer { _, request in
      request.path == "/v1/models" ? models : .text("yes", to: request, model: name)
    }
  }

  private func find(_ name: String?, _ server: StubServer) throws -> ServedModel {
    try ServedModel(named: name, on: server.client(), route: .chat)
  }

  @Test func theOnlyModelNeedsNoName() throws {
    let server = try server(models: .models("m"))
    let model = try find(nil, server)
    #expect(model.name == "m" && model.answeringName == "m")
    // One token was asked for, on the route that will be used.
    #expect(server.requests.map(\.path) == ["/v1/models", "/v1/chat/completions"])
    #expect(
      server.requests[1].body
        == #"{"model":"m","messages":[{"role":"user","content":"Hello"}],"max_tokens":1,"#
        + #""temperature":0.0,"seed":0}"#)
  }

  @Test(arguments: [
    ("m", "m"), ("m", "m:latest"), ("m", "m@main"), ("m", "m-0613"), ("m", "m-2024-08-06"),
    ("m", "m-20240806"),
  ])
  func versionsOfAModelAreIt(_ asked: String, _ answered: String) throws {
    let server = try server(models: .models("other", answered), answering: answered)
    let model = try find(asked, server)
    #expect(model.name == asked && model.answeringName == answered)
  }

  @Test(arguments: ["m-mini", "m2", "n", "", "m-7", "m-7b-0613", "M"])
  func otherModelsAreNot(_ other: String) throws {
    let place = "http://127.0.0.1:PORT/v1/"
    let listing = try server(models: .models(other, "b"), answering: "m")
    #expect(
      listing.message { _ = try find("m", listing) }
        == place + "models: lists no model \"m\", only \"\(other)\", \"b\"; name one of these")
    #expect(listing.requests.count == 1)
    let answering = try server(models: .models("m"), answering: other)
    #expect(
      answering.message { _ = try find("m", answering) }
        == place + "chat/completions: answers as the model \"\(other)\", asked for \"m\"; name the "
        + "model that the server serves, and serve no other model there")
  }

  @Test func serversWithoutAListAreAskedByName() throws {
    for models: StubServer.Reply in [.models(), .answer(404, "not found"), .answer(405, "")] {
      let server = try server(models: models)
      #expect(try find("m", server).answeringName == "m")
      #expect(
        server.message { _ = try find(nil, server) }
          == "http://127.0.0.1:PORT/v1/models: lists no model; name the one to use")
    }
    let many = try server(models: .models("a", "b"))
    #expect(
      many.message { _ = try find(nil, many) }
        == "http://127.0.0.1:PORT/v1/models: lists 2 models: \"a\", \"b\"; name the one to use")
    let broken = try server(models: .answer(200, #"{"data": [{"name": "m"}]}"#))
    #expect(
      broken.message { _ = try find("m", broken) }
        == "http://127.0.0.1:PORT/v1/models: the answer: key \"data[0].id\": is missing, expected "
        + "a string; check that http://127.0.0.1:PORT/v1 is an OpenAI-compatible server")
  }

  /// A server that changes its model midway would mix two judges in one result.
  @Test func anotherModelMidwayEndsTheWork() throws {
    let server = try StubServer { number, request in
      request.method == "GET"
        ? .models("m") : .text("yes", to: request, model: number < 4 ? "m@1" : "m@2")
    }
    let model = try ServedModel(named: "m", on: server.client(), route: .completions)
    var places: [Int] = []
    let message = server.message {
      try model.complete(Array(repeating: hello, count: 5), concurrency: 1) { place, _ in
        places.append(place)
      }
    }
    #expect(
      message == "http://127.0.0.1:PORT/v1/completions: answers as the model \"m@2\", asked for "
        + "\"m@1\"; name the model that the server serves, and serve no other model there")
    #expect(places == [0, 1])
  }
}

@Suite(.timeLimit(.minutes(5)))
struct ConcurrencyTests {
  private static let count = 40

  /// Requests that differ, and a server whose answers depend on nothing but them.
  private static let requests = (0..<count).map {
    CompletionRequest("question \($0)", route: .completions, sampling: .init(maxTokens: 4))
  }

  private func model(
    _ reply: @escaping @Sendable (_ number: Int, _ request: StubServer.Request) -> StubServer.Reply
  ) throws -> (StubServer, ServedModel) {
    let server = try StubServer(serving: reply)
    return (server, try ServedModel(named: nil, on: server.client(), route: .completions))
  }

  /// What the server says to a request, whenever it comes.
  private static func answer(_ request: StubServer.Request) -> StubServer.Reply {
    .text("re " + request.prompt.dropFirst("question ".count), to: request)
  }

  @Test(arguments: [1, 2, 7])
  func textsDoNotDependOnConcurrency(_ concurrency: Int) throws {
    // Every third request needs a second attempt, and the first ones wait until all are here.
    let seen = Mutex<Set<String>>([])
    let (server, model) = try model { number, request in
      let isFirst = seen.withLock { $0.insert(request.prompt).inserted }
      let answer = isFirst && number % 3 == 2 ? .answer(500, "") : Self.answer(request)
      return number < concurrency ? .whenTogether(concurrency, answer) : answer
    }
    var texts: [Int: String] = [:]
    try model.complete(Self.requests, concurrency: concurrency) { place, outcome in
      let text = try outcome.get().text
      #expect(texts.updateValue(text, forKey: place) == nil)
    }
    #expect(texts == Dictionary(uniqueKeysWithValues: (0..<Self.count).map { ($0, "re \($0)") }))
    #expect(server.largestConcurrency == concurrency)
  }

  @Test func nothingIsAskedForNothing() throws {
    let (server, model) = try model { Self.answer($1) }
    try model.complete([], concurrency: 3) { _, _ in Issue.record("a text for no request") }
    #expect(server.requests.count == 2)
  }

  @Test func whatCameBeforeAFailureIsDelivered() throws {
    let (server, model) = try model { $0 < 10 ? Self.answer($1) : .answer(403, "enough") }
    var places: Set<Int> = []
    let message = server.message {
      try model.complete(Self.requests, concurrency: 4) { place, outcome in
        let text = try outcome.get().text
        #expect(text == "re \(place)")
        places.insert(place)
      }
    }
    #expect(
      message
        == "http://127.0.0.1:PORT/v1/completions: answers with status 403: it requires a key: "
        + "\"enough\"; put the key into an environment variable and name that with variable")
    // One that was on the way beside the failing one may have been given up.
    #expect(places.count <= 10 && places.count >= 10 - 3)
    #expect(server.requests.count <= 2 + 10 + 4)
  }

  /// Those that are given up because another failed do not hide why.
  @Test func theFailureIsToldAndNotWhatItEnded() throws {
    let (server, model) = try model { number, _ in
      .whenTogether(3, number == 1 ? .answer(403, "enough") : .silence)
    }
    let message = server.message {
      try model.complete(Self.requests, concurrency: 3) { _, _ in Issue.record("a text") }
    }
    #expect(
      message
        == "http://127.0.0.1:PORT/v1/completions: answers with status 403: it requires a key: "
        + "\"enough\"; put the key into an environment variable and name that with variable")
  }

  @Test func aCallerThatCannotTakeATextEndsTheWork() throws {
    struct Full: Error {}
    let (server, model) = try model { Self.answer($1) }
    var calls = 0
    #expect(throws: Full.self) {
      try model.complete(Self.requests, concurrency: 3) { _, _ in
        calls += 1
        if calls == 5 { throw Full() }
      }
    }
    #expect(calls == 5)
    #expect(server.requests.count <= 2 + Self.count)
  }

  @Test func aWishToStopEndsTheWorkAndKeepsWhatCame() throws {
    let (server, model) = try model { $0 < 6 ? Self.answer($1) : .silence }
    var places: Set<Int> = []
    let clock = ContinuousClock()
    let start = clock.now
    let message = server.message(.interrupted) {
      try model.complete(
        Self.requests, concurrency: 3, shouldStop: { places.count == 6 },
        onOutcome: { place, _ in places.insert(place) })
    }
    #expect(message == "stopped")
    #expect(places.count == 6)
    // Long before the server gives up, on however busy a machine.
    #expect(clock.now - start < .seconds(15))
  }

  @Test func aWishToStopAfterTheLastTextChangesNothing() throws {
    let (_, model) = try model { Self.answer($1) }
    var count = 0
    try model.complete(
      Self.requests, concurrency: 5, shouldStop: { count == Self.count },
      onOutcome: { _, _ in count += 1 })
    #expect(count == Self.count)
  }
}
