// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// A model behind an endpoint, found and checked by a trial request.
///
///     let server = try ServedModel(named: "judge", on: client, route: .chat)
///     try server.complete(requests, concurrency: 8) { place, outcome in
///       print(place, try outcome.get().text)
///     }
public struct ServedModel: Sendable {
  /// The client of the server that runs it.
  public let client: EndpointClient
  /// The name by which it is requested.
  public let name: String
  /// The name by which it answers; the same, or with a version: "gpt-4o-2024-08-06", "llama3:latest".
  public let answeringName: String
  /// The part of the server that writes.
  public let route: CompletionRequest.Route
  /// With which the server is tried out.
  private let trial: CompletionRequest

  /// Finds a model and lets it write a token, so that whatever is wrong shows before the work.
  ///
  /// - Parameters:
  ///   - name: The model; nil for the only one that the server offers.
  ///   - client: The server.
  ///   - route: The part of the server that will write.
  ///   - sampling: The settings of later requests, so that a server that refuses a member says so now.
  ///   - shouldStop: Checked several times a second.
  /// - Throws: `SPINError` with code `unavailable` where the server offers, or answers with, another
  ///   model, and as `EndpointClient`.
  public init(
    named name: String?, on client: EndpointClient, route: CompletionRequest.Route,
    sampling: CompletionRequest.Sampling = .init(maxTokens: 1),
    shouldStop: () -> Bool = { false }
  ) throws {
    self.client = client
    self.route = route
    trial = CompletionRequest("Hello", route: route, sampling: sampling.forTrial)
    let offered = try client.models(shouldStop: shouldStop) ?? []
    self.name = try Self.choose(name, among: offered, client)
    let written = try client.complete(trial, model: self.name, shouldStop: shouldStop)
    guard Self.isSame(self.name, written.model) else {
      throw Self.wrongModel(client, route, asked: self.name, answered: written.model)
    }
    answeringName = written.model
  }

  /// What a request comes to: a text, or what is wrong with the request where the server still answers
  /// the one with which it was tried out.
  ///
  /// - Throws: `SPINError` as `complete` where the fault is the server's.
  func outcome(
    of request: CompletionRequest, number: Int, shouldStop: () -> Bool
  ) throws -> Result<Completion, RequestFailure> {
    do {
      let completion = try client.completion(
        request, model: name, number: number, shouldStop: shouldStop)
      try checkName(completion, request.route)
      return .success(completion)
    } catch let failure as RequestFailure {
      if failure.reason == .serverError {
        do {
          _ = try client.complete(trial, model: name, number: number, shouldStop: shouldStop)
        } catch {
          guard !shouldStop() else { throw error }
          throw failure.error
        }
      }
      return .failure(failure)
    }
  }

  /// Lets the model write.
  ///
  /// - Parameters:
  ///   - request: What to write.
  ///   - number: Which request this is, from 0.
  ///   - shouldStop: Checked several times a second.
  /// - Throws: `SPINError` with code `unavailable` where another model answers than at first, and as
  ///   `EndpointClient.complete`.
  public func complete(
    _ request: CompletionRequest, number: Int = 0, shouldStop: () -> Bool = { false }
  ) throws -> Completion {
    let completion = try client.complete(
      request, model: name, number: number, shouldStop: shouldStop)
    try checkName(completion, request.route)
    return completion
  }

  private func checkName(_ completion: Completion, _ route: CompletionRequest.Route) throws {
    guard completion.model == answeringName else {
      throw Self.wrongModel(client, route, asked: answeringName, answered: completion.model)
    }
  }

  private static func choose(
    _ name: String?, among offered: [String], _ client: EndpointClient
  ) throws -> String {
    let call = EndpointCall(client.address, "/models", key: client.key)
    let list = offered.prefix(20).map { "\"\($0)\"" }.joined(separator: ", ")
    guard let name else {
      if offered.count == 1 { return offered[0] }
      throw call.failure(
        offered.isEmpty ? "lists no model" : "lists \(offered.count) models: \(list)",
        remedy: "name the one to use")
    }
    // Where nothing is listed, the answers tell.
    guard offered.isEmpty || offered.contains(where: { isSame(name, $0) }) else {
      throw call.failure("lists no model \"\(name)\", only \(list)", remedy: "name one of these")
    }
    return name
  }

  /// Whether a server may call a model by the second name that was requested by the first: the same,
  /// or followed by a tag (`:latest`), a revision (`@main`) or a date (`-0613`, `-2024-08-06`).
  static func isSame(_ asked: String, _ answered: String) -> Bool {
    guard answered.hasPrefix(asked) else { return false }
    let rest = answered.dropFirst(asked.count)
    guard let first = rest.first else { return true }
    if first == ":" || first == "@" { return true }
    let date = rest.dropFirst().filter { $0 != "-" }
    return first == "-" && (date.count == 4 || date.count == 8)
      && date.utf8.allSatisfy { 0x30...0x39 ~= $0 }
  }

  private static func wrongModel(
    _ client: EndpointClient, _ route: CompletionRequest.Route, asked: String, answered: String
  ) -> SPINError {
    EndpointCall(client.address, route.path, key: client.key).failure(
      "answers as the model \"\(answered)\", asked for \"\(asked)\"",
      remedy: "name the model that the server serves, and serve no other model there")
  }
}
