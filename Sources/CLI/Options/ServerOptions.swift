// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import SPINJobs

extension CompletionRequest.Route: ExpressibleByArgument {}

/// How OpenAI-compatible servers are talked to; part of the options that can name one.
struct ServerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      The environment variable that holds the API key of an endpoint. The key is never given as an \
      argument and is sent to no other server. (default: OPENAI_API_KEY, if it is set)
      """, valueName: "name"))
  var apiKeyEnv: String?

  @Option(
    help: ArgumentHelp(
      """
      The time limit for one request to an endpoint, in seconds; after that the request is retried.
      """,
      valueName: "seconds"))
  var requestTimeout = EndpointOptions().timeout

  func validate() throws {
    guard requestTimeout > 0, requestTimeout <= 86_400 else {
      throw ValidationError("--request-timeout must be above 0 and at most 86400 seconds.")
    }
  }

  /// A model at an address, checked by a trial request.
  ///
  /// - Parameters:
  ///   - sampling: The settings of later requests.
  ///   - keyVariable: The environment variable of its key; nil for the option's.
  func model(
    _ name: String?, at address: String, route: CompletionRequest.Route,
    sampling: CompletionRequest.Sampling, keyVariable: String? = nil
  ) throws -> ServedModel {
    let address = try EndpointAddress(address)
    var options = EndpointOptions()
    options.timeout = requestTimeout
    let key = try EndpointKey.read(from: keyVariable ?? apiKeyEnv, for: address)
    return try ServedModel(
      named: name, on: EndpointClient(address, key: key, options: options), route: route,
      sampling: sampling, shouldStop: { Interruption.wasRequested })
  }

  /// What follows `endpoint:` in an argument.
  static func address(in argument: String) -> String? {
    let prefix = "endpoint:"
    guard argument.hasPrefix(prefix), argument.utf8.count > prefix.utf8.count else { return nil }
    return String(argument.dropFirst(prefix.count))
  }
}
