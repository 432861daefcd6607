// SPDX-License-Identifier: Apache-2.0

import SPINEndpoint
import SPINErrors
import SPINTestSupport
import Testing

/// The key goes to the server that it is for, and nowhere else.
@Suite(.timeLimit(.minutes(5)))
struct SecretTests {
  private static let secret = "sk-0123456789abcdef"

  private func key(_ server: StubServer) throws -> EndpointKey? {
    try EndpointKey.read(
      from: "K", for: EndpointAddress(server.address), environment: ["K": Self.secret])
  }

  @Test func theKeyIsInOneHeader() throws {
    let server = try StubServer { _, request in
      request.method == "GET" ? .models("m") : .text("yes", to: request)
    }
    let client = try server.client(key: key(server))
    _ = try client.models()
    _ = try client.complete(hello, model: "m")
    for request in server.requests {
      #expect(request.headers["authorization"] == "Bearer \(Self.secret)")
      #expect(!request.body.contains(Self.secret) && !request.path.contains(Self.secret))
      #expect(request.headers.values.filter { $0.contains(Self.secret) }.count == 1)
    }
  }

  /// Another port is another server, as another host is.
  @Test(arguments: [307, 308])
  func redirectsElsewhereDoNotCarryTheKey(_ status: Int) throws {
    let other = try StubServer { .text("from elsewhere", to: $1) }
    let target = other.address + "/v1/completions"
    let server = try StubServer { _, _ in .answer(status, "", headers: ["Location": target]) }
    let client = try server.client(key: key(server))
    #expect(try client.complete(hello, model: "m").text == "from elsewhere")
    #expect(server.requests[0].headers["authorization"] == "Bearer \(Self.secret)")
    #expect(other.requests.count == 1)
    #expect(other.requests[0].headers["authorization"] == nil)
    #expect(other.requests[0].body == server.requests[0].body)
  }

  /// Nor do they carry the prompt to another host, whatever the status.
  @Test(arguments: [301, 302, 303, 307, 308])
  func redirectsToAnotherHostCarryNothing(_ status: Int) throws {
    let server = try StubServer { _, request in
      .answer(status, "", headers: ["Location": "http://127.attacker.example\(request.path)"])
    }
    let client = try server.client(key: key(server))
    let message = server.message { _ = try client.complete(hello, model: "m") }
    #expect(server.requests.count == 1)
    #expect(message.contains("127.attacker.example"))
    guard status >= 307 else { return }
    #expect(
      message == "http://127.0.0.1:PORT/v1/completions: redirects what is posted (status "
        + "\(status)) from 127.0.0.1 to 127.attacker.example, another host; if that host may read "
        + "the prompts, give the address http://127.attacker.example/v1/completions")
  }

  /// One machine under two names is one machine.
  @Test func redirectsWithinThisMachineAreFollowed() throws {
    let other = try StubServer { .text("from here", to: $1) }
    let target = "http://localhost:\(other.port)/v1/completions"
    let server = try StubServer { _, _ in .answer(307, "", headers: ["Location": target]) }
    #expect(try server.client().complete(hello, model: "m").text == "from here")
  }

  /// And it does not come back with a redirect that returns.
  @Test func theKeyDoesNotReturnFromElsewhere() throws {
    let home = try StubServer { $0 == 0 ? .hangUp : .text("home again", to: $1) }
    let back = home.address + "/v1/completions"
    let other = try StubServer { _, _ in .answer(307, "", headers: ["Location": back]) }
    let away = other.address + "/v1/completions"
    let server = try StubServer { _, _ in .answer(307, "", headers: ["Location": away]) }
    let client = try server.client(key: key(server))
    #expect(try client.complete(hello, model: "m").text == "home again")
    #expect((other.requests + home.requests).allSatisfy { $0.headers["authorization"] == nil })
  }

  @Test func redirectsWithinTheServerKeepTheKey() throws {
    let server = try StubServer { _, request in
      switch request.path {
      case "/v1/models": .answer(301, "", headers: ["Location": "/v2/models"])
      case "/v2/models": .models("m")
      case "/v1/completions": .answer(308, "", headers: ["Location": "../v2/completions"])
      default: .text("yes", to: request)
      }
    }
    let client = try server.client(key: key(server))
    #expect(try client.models() == ["m"])
    #expect(try client.complete(hello, model: "m").text == "yes")
    #expect(
      server.requests.map(\.path) == [
        "/v1/models", "/v2/models", "/v1/completions", "/v2/completions",
      ])
    #expect(
      server.requests.allSatisfy { $0.headers["authorization"] == "Bearer \(Self.secret)" })
  }

  @Test(arguments: [
    (
      302, "/elsewhere",
      "redirects what is posted (status 302) to http://127.0.0.1:PORT/elsewhere; give the address "
        + "that it leads to"
    ),
    (307, "/v1/completions", "redirects more than 5 times; give the address that it leads to"),
    (
      307, "file:///etc/passwd",
      "redirects (status 307) to what is no web address; look at the server's settings"
    ),
    (
      307, "http://user:password@127.0.0.1/",
      "redirects (status 307) to what is no web address; look at the server's settings"
    ),
    (
      304, "/",
      "answers with status 304; check that http://127.0.0.1:PORT/v1 is an "
        + "OpenAI-compatible server"
    ),
  ])
  func redirectsThatAreNotFollowedAreSaid(
    _ status: Int, _ target: String, _ expected: String
  ) throws {
    let server = try StubServer { _, _ in .answer(status, "", headers: ["Location": target]) }
    let client = try server.client()
    #expect(
      server.message { _ = try client.complete(hello, model: "m") }
        == "http://127.0.0.1:PORT/v1/completions: " + expected)
    #expect(server.requests.count <= 6)
  }

  @Test func serversThatRepeatTheKeyAreNotRepeated() throws {
    let bodies = [
      #"{"error": {"message": "wrong key \#(Self.secret)!"}}"#, "Bearer \(Self.secret)",
      String(repeating: "y", count: 290) + Self.secret,
    ]
    let server = try StubServer { number, _ in .answer(401, bodies[number]) }
    let client = try server.client(key: key(server))
    let messages = bodies.map { _ in
      server.message { _ = try client.complete(hello, model: "m") }
    }
    let place = "http://127.0.0.1:PORT/v1/completions: "
    let remedy = "; correct the environment variable that holds the key"
    #expect(
      messages[0] == place + "answers with status 401: it does not accept the key: "
        + "\"wrong key [key]!\"" + remedy)
    #expect(!messages.contains { $0.contains("sk-") })
    let wrong = try StubServer { _, _ in .answer(200, #"{"model": ["\#(Self.secret)"]}"#) }
    #expect(
      wrong.message { _ = try wrong.client(key: key(wrong)).complete(hello, model: "m") }
        .contains("is [\"[key]\"], expected a string"))
  }

  @Test func serversThatWantAKeySayHow() throws {
    let server = try StubServer { _, _ in .answer(401, "") }
    let client = try server.client()
    #expect(
      server.message { _ = try client.models() }
        == "http://127.0.0.1:PORT/v1/models: answers with status 401: it requires a key; put the key "
        + "into an environment variable and name that with variable")
  }
}
