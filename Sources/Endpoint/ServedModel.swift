// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// A model behind an endpoint, found and checked by a trial request.
///
///     let server = try ServedModel(named: "judge", on: client, route: .chat)
///     try server.complete(requests, concurrency: 8) { place, outcome in
///       print(place, try outcome.get().text)
///     }
public struct ServedModel: Sendable {
  /// The client of the server.
  public let client: EndpointClient
  /// The name by which it is requested.
  public let name: String
  /// The name in the server's responses: the same, or with a version, such as "gpt-4o-2024-08-06"
  /// or "llama3:latest".
  public let answeringName: String
  /// The API route that generates text.
  public let route: CompletionRequest.Route
  /// The trial request.
  private let trial: CompletionRequest

  /// Finds a model and has it generate a token, so that errors show before the work begins.
  ///
  /// - Parameters:
  ///   - name: The model; nil for the only one that the server offers.
  ///   - client: The client of the server.
  ///   - route: The API route that later requests use.
  ///   - sampling: The settings of later requests, so that a server that refuses a member does so
  ///     now.
  ///   - shouldStop: Checked several times a second.
  /// - Throws: `SPINError` with code `unavailable` if the server offers, or responds as, another
  ///   model; and as `EndpointClient`.
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

  /// The outcome of a request: a completion, or a failure of this request if the server still
  /// answers the trial request.
  ///
  /// - Throws: `SPINError` as `complete` if the server fails.
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

  /// Requests one completion.
  ///
  /// - Parameters:
  ///   - request: The request.
  ///   - number: The number of the request, from 0.
  ///   - shouldStop: Checked several times a second.
  /// - Throws: `SPINError` with code `unavailable` if the response is from another model than at
  ///   first; and as `EndpointClient.complete`.
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
    // If the server lists nothing, the name in its response decides.
    guard offered.isEmpty || offered.contains(where: { isSame(name, $0) }) else {
      throw call.failure("lists no model \"\(name)\", only \(list)", remedy: "name one of these")
    }
    return name
  }

  /// Whether a server may respond with the second name to a request for the first: they are equal,
  /// or the second adds a tag (`:latest`), a revision (`@main`) or a date (`-0613`, `-2024-08-06`).
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
