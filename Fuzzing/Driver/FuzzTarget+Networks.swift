// SPDX-License-Identifier: Apache-2.0

import Foundation

@testable import SPINEndpoint
@testable import SPINErrors
@testable import SPINEvaluation
@testable import SPINHub
@testable import SPINStorage

extension FuzzTarget {
  /// What a server of a model answers, with three statuses on all routes.
  static func completion(_ bytes: [UInt8]) throws {
    let address = try EndpointAddress("http://127.0.0.1:1/v1")
    var options = EndpointOptions()
    options.retries.attempts = 1
    for status in [200, 400, 500] {
      let client = EndpointClient(
        address, options: options,
        transport: CannedTransport(response: HTTPResponse(status: status, body: bytes)),
        clock: StoppedClock())
      try eachMayRefuse({ _ = try client.models() })
      for route in CompletionRequest.Route.allCases {
        let request = CompletionRequest("Hello", route: route, sampling: .init(maxTokens: 1))
        try eachMayRefuse({ _ = try client.complete(request, model: "m") })
      }
    }
  }

  /// What a judge replies, and what a header or a model's name says.
  static func reply(_ bytes: [UInt8]) throws {
    let text = String(decoding: bytes, as: UTF8.self)
    for parser in VerdictParser.all {
      _ = (parser.read(text), parser.read(text, isCutOff: true))
    }
    _ = PhraseReading(question: "I cannot?", answer: text)
    _ = ThoughtfulText(text)
    _ = RetryAfter.seconds(text, now: 0)
    _ = ServedModel.isSame("gpt", text)
    _ = HubListing.nextPage(text)
  }

  static func address(_ bytes: [UInt8]) throws {
    let text = String(decoding: bytes, as: UTF8.self)
    try eachMayRefuse(
      { _ = try EndpointAddress(text).origin.isExposed },
      { _ = HubReference(text).map { HubReference(folderName: $0.folderName) } },
      { _ = try WebPlace(text, in: "files").path })
  }

  /// What the Hub lists.
  static func hubList(_ bytes: [UInt8]) throws {
    let transport = CannedTransport(
      response: HTTPResponse(
        status: 200, headers: ["link": "<\(hub)/next>; rel=\"next\""], body: bytes))
    var retries = RetryPolicy()
    retries.attempts = 1
    let client = HubClient(
      try HubSettings(environment: ["HF_ENDPOINT": hub, "HF_HOME": "/nonexistent"]),
      transport: transport, clock: StoppedClock(), retries: retries, shouldStop: { false },
      report: { _ in })
    guard let reference = HubReference("a/b") else { return }
    let listing = HubListing(client: client)
    try eachMayRefuse(
      { _ = try listing.commit(of: reference) },
      {
        _ = try listing.files(of: reference, commit: String(repeating: "0", count: 40))
      })
  }

  /// What other programs wrote into the cache that is shared with them.
  static func hubCache(_ bytes: [UInt8]) {
    let commit = String(repeating: "0", count: 40)
    let folder = Scratch.folder(
      "hub/models--a--b",
      [("trees/\(commit).json", bytes), ("refs/main", bytes), ("token", bytes)])
    guard let reference = HubReference("a/b") else { return }
    let cache = HubCache(path: FileSystem.parent(of: folder), usesSymbolicLinks: true)
    _ = (cache.tree(commit, of: reference), cache.commit(of: reference), cache.refs(of: reference))
    _ = try? HubToken.read(HubEnvironment(["HF_HOME": folder]))
    let address = "https://example.com/a.csv"
    guard let place = try? WebPlace(address, in: "\(folder)/files") else { return }
    Scratch.write(bytes, FileSystem.parent(of: place.path) + "/.source.json")
    _ = place.record
  }

  /// Lines NAME=VALUE as an environment.
  static func environment(_ bytes: [UInt8]) throws {
    var variables: [String: String] = [:]
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      variables[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
    }
    let settings = try HubSettings(environment: variables)
    _ = (settings.cache, settings.origin)
    let address = try EndpointAddress("http://127.0.0.1:1/v1")
    _ = try EndpointKey.read(from: nil, for: address, environment: variables)
  }

  private static let hub = "http://127.0.0.1:1"
}

/// Gives one answer to everything.
private struct CannedTransport: HTTPStreamTransport {
  let response: HTTPResponse

  func send(
    _ request: HTTPRequest, timeout: Double, limit: Int, shouldStop: () -> Bool
  ) throws(HTTPFailure) -> HTTPResponse { response }

  func stream(
    _ request: HTTPRequest, idleTimeout: Double, shouldStop: () -> Bool,
    head: (HTTPResponse) throws -> Int, body: ([UInt8]) throws -> Void
  ) throws {
    let wanted = try head(response)
    try body(Array(response.body.prefix(wanted)))
  }
}

private struct StoppedClock: EndpointClock {
  var secondsSince1970: Double { 0 }
  func wait(seconds: Double, shouldStop: () -> Bool) {}
}
