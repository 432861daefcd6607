// SPDX-License-Identifier: Apache-2.0

import SPINEndpoint
import SPINErrors
import Testing

struct AddressTests {
  @Test(arguments: [
    ("http://127.0.0.1:8000", "http://127.0.0.1:8000/v1"),
    ("http://127.0.0.1:8000/", "http://127.0.0.1:8000/v1"),
    ("http://localhost:11434/v1/", "http://localhost:11434/v1"),
    ("https://example.org/openai/v1", "https://example.org/openai/v1"),
    ("http://[::1]:8000", "http://[::1]:8000/v1"),
  ])
  func addressesWithoutAPathGetOne(_ text: String, _ expected: String) throws {
    #expect(try EndpointAddress(text).description == expected)
  }

  @Test(arguments: [
    (
      "localhost:8000",
      "\"localhost:8000\": is no web address; write it as http://127.0.0.1:8000"
    ),
    ("ftp://a.b", "\"ftp://a.b\": is no web address; write it as http://127.0.0.1:8000"),
    ("", "\"\": is no web address; write it as http://127.0.0.1:8000"),
    (
      "https://user:secret@example.org",
      "the address of the endpoint holds a user name or password, which others can read in the "
        + "list of processes; put the key into an environment variable"
    ),
    (
      "https://example.org/v1?key=secret",
      "the address of the endpoint holds a query, which others can read in the list of processes; "
        + "give the part before the question mark"
    ),
    (
      "http://a.b/v1/chat/completions",
      "\"http://a.b/v1/chat/completions\": is the address of one request; "
        + "give the part before /chat"
    ),
    (
      "http://a.b/v1/models/",
      "\"http://a.b/v1/models/\": is the address of one request; give the part before /models"
    ),
  ])
  func wrongAddressesAreSaid(_ text: String, _ expected: String) {
    do {
      _ = try EndpointAddress(text)
      Issue.record("nothing was thrown")
    } catch let error as SPINError {
      #expect(error.description == expected)
      #expect(error.code == .usage)
    } catch {
      Issue.record(error)
    }
  }
}

struct KeyTests {
  private let local: EndpointAddress
  private let remote: EndpointAddress
  private let secure: EndpointAddress

  init() throws {
    local = try EndpointAddress("http://127.0.0.1:8000")
    remote = try EndpointAddress("http://example.org")
    secure = try EndpointAddress("https://example.org")
  }

  private func key(
    _ variable: String?, _ address: EndpointAddress, _ environment: [String: String]
  ) throws -> EndpointKey? {
    try EndpointKey.read(from: variable, for: address, environment: environment)
  }

  @Test func keysThatNobodyNamedDoNotTravelInTheOpen() throws {
    let environment = ["OPENAI_API_KEY": "sk-secret", "MINE": "sk-mine"]
    #expect(try key(nil, local, environment) != nil)
    #expect(try key(nil, secure, environment) != nil)
    #expect(try key(nil, remote, environment) == nil)
    #expect(try key("OPENAI_API_KEY", remote, environment) != nil)
    #expect(try key("MINE", remote, environment) != nil)
    #expect(try key(nil, local, [:]) == nil)
    #expect(try key(nil, local, ["OPENAI_API_KEY": ""]) == nil)
  }

  /// Names that begin as loopback addresses do, and addresses that only look like one.
  @Test(arguments: [
    "127.attacker.example", "127.0.0.1.attacker.example", "localhost.attacker.example", "10.0.0.1",
    "[::2]",
  ])
  func keysThatNobodyNamedDoNotGoToLookalikes(_ host: String) throws {
    let address = try EndpointAddress("http://\(host):8000")
    #expect(try key(nil, address, ["OPENAI_API_KEY": "sk-secret"]) == nil)
  }

  @Test(arguments: [
    "127.1", "0x7f000001", "[::1]", "[::ffff:127.0.0.1]", "LocalHost", "judge.localhost",
  ])
  func keysGoToThisMachineHoweverItIsWritten(_ host: String) throws {
    let address = try EndpointAddress("http://\(host):8000")
    #expect(try key(nil, address, ["OPENAI_API_KEY": "sk-secret"]) != nil)
  }

  @Test func keysDoNotPrint() throws {
    let key = try #require(try key("MINE", local, ["MINE": "sk-secret"]))
    var dumped = ""
    dump(key, to: &dumped)
    for text in ["\(key)", String(reflecting: key), String(describing: [key]), dumped] {
      #expect(!text.contains("sk-secret") && text.contains("[key]"), "\(text)")
    }
  }

  @Test func variablesThatHoldNoKeyAreSaid() {
    func message(_ environment: [String: String]) -> String {
      do {
        _ = try key("MINE", local, environment)
        return "nothing was thrown"
      } catch { return "\(error)" }
    }
    #expect(
      message(["OPENAI_API_KEY": "sk-other"])
        == "the environment variable MINE: is not set, expected the key of "
        + "http://127.0.0.1:8000/v1; set it, or leave out its name if the endpoint needs no key")
    for value in ["sk-a\nX-Evil: 1", "sk a", "sk-ä"] {
      #expect(
        message(["MINE": value])
          == "the environment variable MINE: holds spaces, line breaks or other characters that no "
          + "key has; set it to the key alone")
    }
  }
}
