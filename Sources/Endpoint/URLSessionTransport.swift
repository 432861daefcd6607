// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation
import Synchronization

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// Sends requests with Foundation's URLSession, without cookies, cache or stored passwords.
///
/// On Linux, while the first request of a connection waits for its response, the system's library
/// keeps polling for writability, which occupies a processor; later requests of the same connection
/// do not. One session for all requests of a client lets them share connections.
///
/// On Linux, too, all sessions of a process share one queue, and a response that arrives faster
/// than it is read occupies that queue: code that waits for a response must not wait for the queue.
///
/// Proxies are those of the system and of the environment, but none is used for the local machine.
package final class URLSessionTransport: HTTPTransport {
  /// The sessions, created at the first request: they start threads, which a program that sends
  /// nothing should not have.
  private struct Sessions {
    let session: URLSession
    /// The session for the local machine, without proxies.
    let direct: URLSession
  }

  private let sessions = Mutex<Sessions?>(nil)
  private let exchanges = Exchanges()

  package init() {}

  private static func sessions(_ exchanges: Exchanges) -> Sessions {
    let configuration = URLSessionConfiguration.ephemeral
    configuration.httpCookieStorage = nil
    configuration.httpShouldSetCookies = false
    configuration.urlCredentialStorage = nil
    configuration.urlCache = nil
    configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
    // The caller decides how many requests run at once.
    configuration.httpMaximumConnectionsPerHost = 1024
    let session = URLSession(configuration: configuration, delegate: exchanges, delegateQueue: nil)
    #if canImport(Darwin)
      configuration.connectionProxyDictionary = [:]
      let direct = URLSession(
        configuration: configuration, delegate: exchanges, delegateQueue: nil)
    #else
      let direct = session
    #endif
    return Sessions(session: session, direct: direct)
  }

  // Every task has ended or been canceled by now. On Linux, `invalidateAndCancel` iterates over the
  // tasks concurrently with the queue that removes them, and crashes if one is just ending.
  deinit {
    sessions.withLock { sessions in
      guard let sessions else { return }
      sessions.session.finishTasksAndInvalidate()
      if sessions.direct !== sessions.session { sessions.direct.finishTasksAndInvalidate() }
    }
  }

  package func send(
    _ request: HTTPRequest, timeout: Double, limit: Int, shouldStop: () -> Bool
  ) throws(HTTPFailure) -> HTTPResponse {
    let exchange = Exchange(limit: limit)
    let task = try start(request, timeout: timeout, exchange)
    let clock = ContinuousClock()
    let end = clock.now + .seconds(timeout)
    while !exchange.wait(seconds: SystemClock.attention) {
      if shouldStop() {
        exchange.fail(.stopped)
      } else if clock.now >= end {
        exchange.fail(.timeout)
      } else {
        continue
      }
      break
    }
    forget(task)
    do {
      return try exchange.response()
    } catch {
      cancel(task)
      throw error
    }
  }

  /// Sends a request; the exchange is told about the response.
  func start(
    _ request: HTTPRequest, timeout: Double, _ exchange: any ExchangeEvents
  ) throws(HTTPFailure) -> URLSessionDataTask {
    guard var components = URLComponents(string: request.url), let name = components.host else {
      throw .other("is no web address")
    }
    let host = NetworkHost(name)
    // Send the address that was checked, because resolvers differ on forms such as 0177.1.
    if let plain = host.dottedQuad, plain != name { components.host = plain }
    guard let url = components.url else { throw .other("is no web address") }
    if host.isLoopback { ProxyExemption.add((components.host ?? name).lowercased()) }
    var message = URLRequest(url: url)
    message.httpMethod = request.method
    message.httpBody = request.body.map { Data($0) }
    for (name, value) in request.headers { message.setValue(value, forHTTPHeaderField: name) }
    // The caller's timeout counts; the system's begins again with every byte.
    message.timeoutInterval = timeout + 60
    let task = sessions.withLock { sessions in
      let opened = sessions ?? Self.sessions(exchanges)
      sessions = opened
      return (host.isLoopback ? opened.direct : opened.session).dataTask(with: message)
    }
    exchanges.add(exchange, task)
    task.resume()
    return task
  }

  /// Tells the exchange nothing more about the response.
  func forget(_ task: URLSessionTask) { exchanges.remove(task) }

  /// Cancels a task; not on this thread, because the queue that does so may be busy.
  func cancel(_ task: URLSessionTask) { DispatchQueue.global().async { task.cancel() } }
}

/// Receives the parts of a response as they arrive, on the system's queue.
protocol ExchangeEvents: Sendable {
  /// Status and headers have arrived; names of headers are in lowercase.
  func begin(_ status: Int, _ headers: [String: String])
  /// A part of the body has arrived.
  func append(_ data: Data)
  /// The response has ended, completely or with an error.
  func finish(_ error: (any Error)?)
}

/// A response that is collected in memory.
private final class Exchange: ExchangeEvents {
  private struct State {
    var response = HTTPResponse(status: 0)
    var failure: HTTPFailure?
  }

  private let state = Mutex(State())
  private let end = DispatchSemaphore(value: 0)
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  /// Waits for the end, for at most the given number of seconds; returns whether it has come.
  func wait(seconds: Double) -> Bool { end.wait(timeout: .now() + seconds) == .success }

  /// Records a failure; only the first counts.
  func fail(_ failure: HTTPFailure) { state.withLock { $0.failure = $0.failure ?? failure } }

  func begin(_ status: Int, _ headers: [String: String]) {
    state.withLock {
      $0.response.status = status
      $0.response.headers = headers
    }
  }

  /// Appends a part of the body; ends the exchange if the body becomes too long.
  func append(_ data: Data) {
    let isTooLong = state.withLock {
      guard $0.failure == nil else { return false }
      guard $0.response.body.count + data.count <= limit else {
        $0.failure = .tooLong
        return true
      }
      $0.response.body += data
      return false
    }
    if isTooLong { end.signal() }
  }

  func finish(_ error: (any Error)?) {
    state.withLock {
      guard $0.failure == nil else { return }
      if let error { $0.failure = HTTPFailure(error, afterHeaders: $0.response.status != 0) }
      // Not every version of the system's library reports a truncated body as an error.
      let length = $0.response.headers["content-length"].flatMap { Int($0) }
      let isEncoded = $0.response.headers["content-encoding"] != nil
      if let length, !isEncoded, $0.response.body.count < length { $0.failure = .cut }
    }
    end.signal()
  }

  func response() throws(HTTPFailure) -> HTTPResponse {
    let (response, failure) = state.withLock { ($0.response, $0.failure) }
    if let failure { throw failure }
    return response
  }
}

/// The running exchanges, by the identity of their tasks, because task identifiers are unique only
/// within one session.
private final class Exchanges: NSObject, URLSessionDataDelegate {
  private let running = Mutex<[ObjectIdentifier: any ExchangeEvents]>([:])

  func add(_ exchange: any ExchangeEvents, _ task: URLSessionTask) {
    running.withLock { $0[ObjectIdentifier(task)] = exchange }
  }

  func remove(_ task: URLSessionTask) {
    running.withLock { $0[ObjectIdentifier(task)] = nil }
  }

  private func exchange(_ task: URLSessionTask) -> (any ExchangeEvents)? {
    running.withLock { $0[ObjectIdentifier(task)] }
  }

  /// Redirects are not followed here, so that the client decides about the key.
  func urlSession(
    _ session: URLSession, task: URLSessionTask,
    willPerformHTTPRedirection response: HTTPURLResponse, newRequest request: URLRequest,
    completionHandler: @escaping @Sendable (URLRequest?) -> Void
  ) { completionHandler(nil) }

  func urlSession(
    _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
  ) {
    if let response = response as? HTTPURLResponse {
      var headers: [String: String] = [:]
      for (name, value) in response.allHeaderFields {
        headers["\(name)".lowercased()] = "\(value)"
      }
      exchange(dataTask)?.begin(response.statusCode, headers)
    }
    completionHandler(.allow)
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    exchange(dataTask)?.append(data)
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
  ) { exchange(task)?.finish(error) }
}

extension HTTPFailure {
  /// The failure that a system error stands for.
  init(_ error: any Error, afterHeaders: Bool) {
    guard let error = error as? URLError else {
      self = .other("\(error)")
      return
    }
    switch error.code {
    case .cannotConnectToHost: self = .noConnection
    case .cannotFindHost, .dnsLookupFailed: self = .unknownHost
    case .timedOut: self = .timeout
    case .secureConnectionFailed, .serverCertificateHasBadDate, .serverCertificateUntrusted,
      .serverCertificateHasUnknownRoot, .serverCertificateNotYetValid, .clientCertificateRejected,
      .clientCertificateRequired, .appTransportSecurityRequiresSecureConnection:
      self = .noTrust(error.localizedDescription)
    case .networkConnectionLost, .badServerResponse: self = .cut
    default:
      let words = error.localizedDescription
      // On Linux, TLS errors have no code of their own.
      if ["SSL", "TLS", "certificate"].contains(where: { words.contains($0) }) {
        self = .noTrust(words)
      } else {
        self = afterHeaders ? .cut : .other(words)
      }
    }
  }
}
