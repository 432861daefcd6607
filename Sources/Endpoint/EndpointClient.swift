// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON

/// A client of one OpenAI-compatible server: vLLM, llama-server, Ollama, or OpenAI itself.
///
///     let address = try EndpointAddress("http://127.0.0.1:8000")
///     let client = EndpointClient(address, key: try EndpointKey.read(from: nil, for: address))
///     let server = try ServedModel(named: "judge", on: client, route: .chat)
///
/// Calls block until the response is complete. Failed requests are sent again according to
/// `RetryPolicy`; all other failures are a `SPINError` with code `unavailable`.
public struct EndpointClient: Sendable {
  /// The server's address.
  public let address: EndpointAddress
  /// The limits on waiting, retries and response sizes.
  public let options: EndpointOptions
  let key: EndpointKey?
  private let transport: any HTTPTransport
  private let clock: any EndpointClock
  /// The maximum number of redirects; more are taken for a loop.
  private static let maximumRedirects = 5

  /// Creates a client.
  ///
  /// - Parameters:
  ///   - address: The server's address.
  ///   - key: The key that the server requires; nil for none.
  ///   - options: The limits on waiting, retries and response sizes.
  public init(
    _ address: EndpointAddress, key: EndpointKey? = nil, options: EndpointOptions = .init()
  ) {
    self.init(
      address, key: key, options: options, transport: URLSessionTransport(), clock: SystemClock())
  }

  package init(
    _ address: EndpointAddress, key: EndpointKey? = nil, options: EndpointOptions = .init(),
    transport: any HTTPTransport = URLSessionTransport(), clock: any EndpointClock
  ) {
    precondition(options.retries.attempts >= 1, "attempts must be at least 1")
    self.address = address
    self.key = key
    self.options = options
    self.transport = transport
    self.clock = clock
  }

  /// The names of the models that the server offers; nil if it has no such list.
  ///
  /// - Throws: `SPINError` with code `unavailable` if the server does not respond or its response
  ///   is invalid; with code `interrupted` if `shouldStop` returned true.
  public func models(shouldStop: () -> Bool = { false }) throws -> [String]? {
    let call = EndpointCall(address, "/models", key: key)
    let response = try answer(call.request("GET"), call, number: 0, isFirst: true, shouldStop)
    // Servers of a single model need no list.
    if [404, 405, 501].contains(response.status) { return nil }
    let list = try call.document(response)
    return try call.reading {
      try list.required("data", as: [JSONObject].self).map { try $0.required("id") }
    }
  }

  /// Requests one completion from a model.
  ///
  /// - Parameters:
  ///   - request: The request.
  ///   - model: The model's name.
  ///   - number: The number of the request, which with the seed determines the jitter of its
  ///     delays.
  ///   - shouldStop: Checked several times a second.
  /// - Throws: `SPINError` with code `unavailable` if the server does not respond or its response
  ///   is invalid; with code `interrupted` if `shouldStop` returned true.
  public func complete(
    _ request: CompletionRequest, model: String, number: Int = 0, shouldStop: () -> Bool = { false }
  ) throws -> Completion {
    do {
      return try completion(request, model: model, number: number, shouldStop: shouldStop)
    } catch let failure as RequestFailure { throw failure.error }
  }

  /// As `complete`, but distinguishes failures of this request from failures of the server.
  ///
  /// - Throws: `RequestFailure` if the server may well answer other requests; otherwise
  ///   `SPINError`.
  func completion(
    _ request: CompletionRequest, model: String, number: Int, shouldStop: () -> Bool
  ) throws -> Completion {
    let call = EndpointCall(address, request.route.path, key: key)
    let body = Array(request.json(model: model).serialized(indented: false).utf8)
    let response = try answer(
      call.request("POST", body: body), call, number: number, isFirst: false, shouldStop)
    if let reason = call.failureOfThisRequest(response) {
      throw RequestFailure(reason: reason, error: call.error(of: response))
    }
    guard 200..<300 ~= response.status else { throw call.error(of: response) }
    do {
      let document = try call.document(response)
      return try call.reading { try Completion(document, route: request.route) }
    } catch let error as SPINError {
      // The server reports an error that is not specific to this request.
      if call.hasError(response) { throw error }
      throw RequestFailure(reason: .malformed, error: error)
    }
  }

  /// The response to a request, after retries.
  private func answer(
    _ request: HTTPRequest, _ call: EndpointCall, number: Int, isFirst: Bool,
    _ shouldStop: () -> Bool
  ) throws -> HTTPResponse {
    for attempt in 1...options.retries.attempts {
      let outcome = try follow(request, call, shouldStop)
      switch outcome {
      case .success(let response) where !Self.isWorthAnotherAttempt(response): return response
      // A server that has never responded is absent rather than temporarily unavailable.
      case .failure(let failure)
      where !failure.isWorthAnotherAttempt || isFirst && failure == .noConnection:
        let error = call.failure(failure, attempts: 1, options)
        // One overlong response says nothing about other requests.
        if failure == .tooLong, !isFirst { throw RequestFailure(reason: .malformed, error: error) }
        throw error
      default: break
      }
      guard attempt < options.retries.attempts else {
        let error = call.failure(outcome, attempts: attempt, options)
        if isFirst || outcome.isTooManyRequests { throw error }
        throw RequestFailure(reason: .serverError, error: error)
      }
      let pause = try pause(after: attempt, outcome, call, number: number)
      clock.wait(seconds: pause, shouldStop: shouldStop)
      guard !shouldStop() else { throw EndpointCall.stopped }
    }
    preconditionFailure("attempts must be at least 1")
  }

  private static func isWorthAnotherAttempt(_ response: HTTPResponse) -> Bool {
    response.status == 429 || response.status >= 500 && response.status != 501
  }

  /// The time until the next attempt, in seconds.
  private func pause(
    after attempt: Int, _ outcome: Result<HTTPResponse, HTTPFailure>, _ call: EndpointCall,
    number: Int
  ) throws -> Double {
    let pause = options.retries.delay(after: attempt, of: number)
    guard case .success(let response) = outcome,
      let value = response.headers["retry-after"],
      let asked = RetryAfter.seconds(value, now: clock.secondsSince1970)
    else { return pause }
    guard asked <= options.retries.longestRetryAfter else {
      throw call.failure(
        "asks to wait \(Int(min(asked, 1e9).rounded(.up))) seconds (status \(response.status))",
        remedy: "run the same command again then")
    }
    return max(pause, asked)
  }

  /// Sends a request and follows redirects.
  ///
  /// The key is sent to its own origin only, and not again after a redirect to another origin.
  private func follow(
    _ request: HTTPRequest, _ call: EndpointCall, _ shouldStop: () -> Bool
  ) throws -> Result<HTTPResponse, HTTPFailure> {
    var request = request
    for _ in 0...Self.maximumRedirects {
      let response: HTTPResponse
      do throws(HTTPFailure) {
        response = try transport.send(
          request, timeout: options.timeout, limit: options.maximumBodyBytes,
          shouldStop: shouldStop)
      } catch {
        return .failure(error)
      }
      guard let target = response.headers["location"],
        [301, 302, 303, 307, 308].contains(response.status)
      else { return .success(response) }
      request = try call.redirected(request, to: target, status: response.status)
    }
    throw call.failure(
      "redirects more than \(Self.maximumRedirects) times",
      remedy: "give the address that it leads to")
  }
}

extension Result<HTTPResponse, HTTPFailure> {
  /// Whether the server limits the rate of all requests.
  fileprivate var isTooManyRequests: Bool {
    if case .success(let response) = self { response.status == 429 } else { false }
  }
}
