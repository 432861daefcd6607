// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation
import Synchronization

/// A response that is read while it arrives.
///
/// The system's queue appends parts, and the requesting thread takes them. Foundation on Linux has
/// no backpressure, so the backlog is limited: readers request ranges of a size that they can
/// buffer, and a server that sends more than `largestBacklog` ahead of the reader ends the
/// exchange.
final class StreamExchange: Sendable {
  /// The maximum number of bytes waiting for the reader.
  static let largestBacklog = 256 << 20

  private struct State {
    var head: HTTPResponse?
    var parts: [Data] = []
    var waiting = 0
    var received = 0
    var failure: HTTPFailure?
    var isFinished = false
  }

  private let state = Mutex(State())
  private let news = DispatchSemaphore(value: 0)

  /// The state of the exchange, with the parts that arrived since the last call of `take`.
  struct News {
    var head: HTTPResponse?
    var parts: [Data]
    var received: Int
    var failure: HTTPFailure?
    var isFinished: Bool
  }

  /// Waits until something arrives, for at most the given number of seconds, and takes what has
  /// arrived.
  func take(seconds: Double) -> News {
    _ = news.wait(timeout: .now() + seconds)
    return state.withLock { state in
      defer {
        state.parts = []
        state.waiting = 0
      }
      return News(
        head: state.head, parts: state.parts, received: state.received, failure: state.failure,
        isFinished: state.isFinished)
    }
  }
}

extension StreamExchange: ExchangeEvents {
  func begin(_ status: Int, _ headers: [String: String]) {
    state.withLock { $0.head = HTTPResponse(status: status, headers: headers) }
    news.signal()
  }

  func append(_ data: Data) {
    state.withLock { state in
      guard state.failure == nil else { return }
      state.parts.append(data)
      state.waiting += data.count
      state.received += data.count
      if state.waiting > Self.largestBacklog {
        state.parts = []
        state.failure = .tooLong
      }
    }
    news.signal()
  }

  func finish(_ error: (any Error)?) {
    state.withLock { state in
      if let error, state.failure == nil {
        state.failure = HTTPFailure(error, afterHeaders: state.head != nil)
      }
      state.isFinished = true
    }
    news.signal()
  }
}

extension URLSessionTransport: HTTPStreamTransport {
  package func stream(
    _ request: HTTPRequest, idleTimeout: Double, shouldStop: () -> Bool,
    head: (HTTPResponse) throws -> Int, body: ([UInt8]) throws -> Void
  ) throws {
    let exchange = StreamExchange()
    let task = try start(request, timeout: idleTimeout, exchange)
    defer { forget(task) }
    do {
      let isWhole = try read(exchange, request.method, idleTimeout, shouldStop, head, body)
      // The rest of the body may still be arriving.
      if !isWhole { cancel(task) }
    } catch {
      cancel(task)
      throw error
    }
  }

  /// Passes the response to `head` and `body` as it arrives.
  ///
  /// - Returns: Whether the response has ended by itself, so that its connection can be reused.
  private func read(
    _ exchange: StreamExchange, _ method: String, _ idleTimeout: Double, _ shouldStop: () -> Bool,
    _ head: (HTTPResponse) throws -> Int, _ body: ([UInt8]) throws -> Void
  ) throws -> Bool {
    let clock = ContinuousClock()
    var lastNews = clock.now
    var received = 0
    var wanted: Int?
    var length: Int?
    while true {
      let news = exchange.take(seconds: SystemClock.attention)
      guard !shouldStop() else { throw HTTPFailure.stopped }
      if wanted == nil, let response = news.head {
        lastNews = clock.now
        wanted = try head(response)
        let isEncoded = response.headers["content-encoding"].map { $0 != "identity" } ?? false
        // Not every version of the system's library reports a truncated body as an error.
        length =
          isEncoded || method == "HEAD"
          ? nil : response.headers["content-length"].flatMap { Int($0) }
      }
      if !news.parts.isEmpty { lastNews = clock.now }
      for part in news.parts {
        guard let rest = wanted, rest > 0 else { break }
        let taken = part.prefix(rest)
        wanted = rest - taken.count
        received += taken.count
        try body(Array(taken))
      }
      if let wanted, wanted == 0, length != received { return false }
      if let failure = news.failure { throw failure }
      if news.isFinished {
        guard news.head != nil else { throw HTTPFailure.cut }
        if let length, news.received < length { throw HTTPFailure.cut }
        return true
      }
      if (clock.now - lastNews) / .seconds(1) > idleTimeout { throw HTTPFailure.timeout }
    }
  }
}
