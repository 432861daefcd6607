// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON

/// A client of one OpenAI-compatible server: vLLM, llama-server, Ollama, or OpenAI itself.
///
///     let address = try EndpointAddress("http://127.0.0.1:8000")
///     let client = EndpointClient(address, key: try EndpointKey.read(from: nil, for: address))
///     let server = try ServedModel(named: "judge", on: client, route: .chat)
///
/// Calls return when the answer is there. A request without an answer is sent again as `RetryPolicy`
/// says; everything else that goes wrong is one `SPINError` with code `unavailable`.
public struct EndpointClient: Sendable {
  /// Where the server is.
  public let address: EndpointAddress
  /// How patient the client is.
  public let options: EndpointOptions
  let key: EndpointKey?
  private let transport: any HTTPTransport
  private let clock: any EndpointClock
  /// More are a loop.
  private static let maximumRedirects = 5

  /// A client.
  ///
  /// - Parameters:
  ///   - address: Where the server is.
  ///   - key: What it wants to see before it answers; nil for nothing.
  ///   - options: How patient to be.
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

  /// The names of the models that the server offers; nil where it has no such list.
  ///
  /// - Throws: `SPINError` with code `unavailable` where it does not answer, or answers otherwise;
  ///   with code `interrupted` where `shouldStop` said so.
  public func models(shouldStop: () -> Bool = { false }) throws -> [String]? {
    let call = EndpointCall(address, "/models", key: key)
    let response = try answer(call.request("GET"), call, number: 0, isFirst: true, shouldStop)
    // Those that serve one model only need no list.
    if [404, 405, 501].contains(response.status) { return nil }
    let list = try call.document(response)
    return try call.reading {
      try list.required("data", as: [JSONObject].self).map { try $0.required("id") }
    }
  }

  /// Lets a model write.
  ///
  /// - Parameters:
  ///   - request: What to write.
  ///   - model: The model's name.
  ///   - number: Which request this is; it decides by how much chance shortens its waiting times.
  ///   - shouldStop: Checked several times a second.
  /// - Throws: `SPINError` with code `unavailable` where the server does not answer, or answers
  ///   otherwise; with code `interrupted` where `shouldStop` said so.
  public func complete(
    _ request: CompletionRequest, model: String, number: Int = 0, shouldStop: () -> Bool = { false }
  ) throws -> Completion {
    do {
      return try completion(request, model: model, number: number, shouldStop: shouldStop)
    } catch let failure as RequestFailure { throw failure.error }
  }

  /// As `complete`, but tells what is wrong with this request from what is wrong with the server.
  ///
  /// - Throws: `RequestFailure` where the server may well answer other requests; otherwise `SPINError`.
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
      // The server tells of an error that is no fault of this request.
      if call.hasError(response) { throw error }
      throw RequestFailure(reason: .malformed, error: error)
    }
  }

  /// The answer to a request after as many attempts as it takes.
  private func answer(
    _ request: HTTPRequest, _ call: EndpointCall, number: Int, isFirst: Bool,
    _ shouldStop: () -> Bool
  ) throws -> HTTPResponse {
    for attempt in 1...options.retries.attempts {
      let outcome = try follow(request, call, shouldStop)
      switch outcome {
      case .success(let response) where !Self.isWorthAnotherAttempt(response): return response
      // Whoever never answered is not there, rather than away for a moment.
      case .failure(let failure)
      where !failure.isWorthAnotherAttempt || isFirst && failure == .noConnection:
        let error = call.failure(failure, attempts: 1, options)
        // One answer without end says nothing of the others.
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

  /// Seconds until the next attempt.
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

  /// Sends a request, and again to where the server says that it has moved.
  ///
  /// The key stays with the origin that it is for; once it has been left, it does not come back.
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
  /// Whether the server wants fewer requests, whatever they are.
  fileprivate var isTooManyRequests: Bool {
    if case .success(let response) = self { response.status == 429 } else { false }
  }
}
