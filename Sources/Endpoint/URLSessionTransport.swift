// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation
import Synchronization

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// Sends requests with Foundation's URLSession, without cookies, cache or stored passwords.
///
/// On Linux the system's library keeps waiting until it can write while the first request of a
/// connection waits, which keeps a processor busy; later requests of the connection wait in peace.
/// One session for all requests of a client lets them share connections.
/// There, too, all sessions of a process take turns on one queue, and an answer that comes faster than it
/// can be read keeps it for itself: code that waits for an answer must not wait for the queue.
/// Proxies are the system's and those of the environment, but never for this machine.
package final class URLSessionTransport: HTTPTransport {
  /// The sessions, once there is a request: they start threads, which a program that sends nothing must not need.
  private struct Sessions {
    let session: URLSession
    /// For this machine: without proxies.
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

  // Every task has ended or was canceled by then. `invalidateAndCancel` of Linux looks through the tasks
  // concurrently with the queue that removes them, and crashes where one is just ending.
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

  /// Sends a request; the exchange hears of the answer.
  func start(
    _ request: HTTPRequest, timeout: Double, _ exchange: any ExchangeEvents
  ) throws(HTTPFailure) -> URLSessionDataTask {
    guard var components = URLComponents(string: request.url), let name = components.host else {
      throw .other("is no web address")
    }
    let host = NetworkHost(name)
    // What was checked is what is sent: resolvers differ on 0177.1 and its kin.
    if let plain = host.dottedQuad, plain != name { components.host = plain }
    guard let url = components.url else { throw .other("is no web address") }
    if host.isLoopback { ProxyExemption.add((components.host ?? name).lowercased()) }
    var message = URLRequest(url: url)
    message.httpMethod = request.method
    message.httpBody = request.body.map { Data($0) }
    for (name, value) in request.headers { message.setValue(value, forHTTPHeaderField: name) }
    // The caller's time counts, not the system's, which begins again with every byte.
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

  /// The exchange hears no more of the answer.
  func forget(_ task: URLSessionTask) { exchanges.remove(task) }

  /// Ends an exchange; not on this thread, since the queue that does it may be busy.
  func cancel(_ task: URLSessionTask) { DispatchQueue.global().async { task.cancel() } }
}

/// What is told of an answer as it comes, on the system's queue.
protocol ExchangeEvents: Sendable {
  /// Status and headers have come; names of headers are in lower case.
  func begin(_ status: Int, _ headers: [String: String])
  /// A part of the body has come.
  func append(_ data: Data)
  /// The answer has ended, by an error or whole.
  func finish(_ error: (any Error)?)
}

/// What has come of one answer.
private final class Exchange: ExchangeEvents {
  private struct State {
    var response = HTTPResponse(status: 0)
    var failure: HTTPFailure?
  }

  private let state = Mutex(State())
  private let end = DispatchSemaphore(value: 0)
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  /// Waits for the end, at most the given number of seconds; whether it has come.
  func wait(seconds: Double) -> Bool { end.wait(timeout: .now() + seconds) == .success }

  /// The first failure counts.
  func fail(_ failure: HTTPFailure) { state.withLock { $0.failure = $0.failure ?? failure } }

  func begin(_ status: Int, _ headers: [String: String]) {
    state.withLock {
      $0.response.status = status
      $0.response.headers = headers
    }
  }

  /// Takes a part of the body; ends the exchange where that is too much.
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
      // A cut body is not an error to every version of the system's library.
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

/// The requests that run, by their task; numbers of tasks are those of one session only.
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

  /// A redirect is an answer like others: who follows it decides about the key.
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
  /// What an error of the system's means.
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
      // Linux has no code for what TLS finds.
      if ["SSL", "TLS", "certificate"].contains(where: { words.contains($0) }) {
        self = .noTrust(words)
      } else {
        self = afterHeaders ? .cut : .other(words)
      }
    }
  }
}
