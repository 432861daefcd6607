// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation
import Synchronization

/// One answer that is read while it comes.
///
/// The system's queue puts parts in, the thread that asked takes them out. Foundation has no way to slow a
/// server down on Linux, so what waits here is limited: a reader asks for parts of a size that it can hold,
/// and a server that sends more than `largestBacklog` ahead of the reader ends the exchange.
final class StreamExchange: Sendable {
  /// What may wait for the reader, in bytes.
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

  /// What has happened since the last look.
  struct News {
    var head: HTTPResponse?
    var parts: [Data]
    var received: Int
    var failure: HTTPFailure?
    var isFinished: Bool
  }

  /// Waits for news, at most the given number of seconds, and takes them.
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
      // What was not wanted may still be coming.
      if !isWhole { cancel(task) }
    } catch {
      cancel(task)
      throw error
    }
  }

  /// - Returns: Whether the answer has ended by itself, so that its connection can serve another request.
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
        // A cut body is not an error to every version of the system's library.
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
