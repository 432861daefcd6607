// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// A web server on the loopback interface that does to each request what a test says.
///
/// One request a connection. It ends when the object goes away.
public final class StubServer: Sendable {
  /// A request that came.
  public struct Request: Sendable {
    /// "GET" or "POST".
    public let method: String
    /// The path, as "/v1/models".
    public let path: String
    /// Header fields, by name in lower case.
    public let headers: [String: String]
    /// What was posted.
    public let body: String
  }

  /// What happens to a request.
  public indirect enum Reply: Sendable {
    /// A whole answer.
    case answer(_ status: Int, _ body: String, headers: [String: String] = [:])
    /// An answer in bytes; more of them may be promised than come.
    case bytes(
      _ status: Int, _ body: [UInt8], promised: Int? = nil, headers: [String: String] = [:])
    /// A status of 200 and the beginning of a body that was promised longer; then the end.
    case cut(_ beginning: String, of: Int)
    /// The connection ends without a byte.
    case hangUp
    /// Nothing, until the client gives up.
    case silence
    /// A body without end, 64 KB a millisecond, until the client gives up.
    case endless
    /// A byte every 20 milliseconds, until the client gives up.
    case trickle
    /// Another reply, once so many requests are here at the same time.
    case whenTogether(_ count: Int, Reply)
  }

  /// The port that the system chose.
  public let port: Int
  private let listener: Int32
  private let work: Work

  /// The address up to the port.
  public var address: String { "http://127.0.0.1:\(port)" }
  /// The requests so far, in the order in which they came.
  public var requests: [Request] { work.state.withLock { $0.requests } }
  /// How many requests were here at the same time at most.
  public var largestConcurrency: Int { work.state.withLock { $0.mostPresent } }

  /// Begins to listen.
  ///
  /// - Parameter reply: What to do with a request; its number counts from 0.
  public init(_ reply: @escaping @Sendable (_ number: Int, _ request: Request) -> Reply) throws {
    let listener = try LoopbackSocket.listen()
    self.listener = listener
    port = try LoopbackSocket.port(of: listener)
    let work = Work(reply)
    self.work = work
    Thread.detachNewThread {
      while let connection = LoopbackSocket.accept(listener) {
        Thread.detachNewThread {
          work.serve(connection)
          LoopbackSocket.close(connection)
        }
      }
      LoopbackSocket.close(listener)
    }
  }

  deinit { LoopbackSocket.shutDown(listener) }
}

/// What the threads of a server share.
private final class Work: Sendable {
  struct State {
    var requests: [StubServer.Request] = []
    var present = 0
    var mostPresent = 0
  }

  let state = Mutex(State())
  private let reply: @Sendable (Int, StubServer.Request) -> StubServer.Reply

  init(_ reply: @escaping @Sendable (Int, StubServer.Request) -> StubServer.Reply) {
    self.reply = reply
  }

  func serve(_ connection: Int32) {
    guard let request = read(connection) else { return }
    let number = state.withLock { state in
      state.requests.append(request)
      state.present += 1
      state.mostPresent = max(state.mostPresent, state.present)
      return state.requests.count - 1
    }
    send(reply(number, request), to: connection) { self.state.withLock { $0.present -= 1 } }
  }

  private func read(_ connection: Int32) -> StubServer.Request? {
    var bytes: [UInt8] = []
    let separator = Array("\r\n\r\n".utf8)
    while bytes.firstRange(of: separator) == nil {
      guard let more = LoopbackSocket.receive(connection) else { return nil }
      bytes += more
    }
    guard let end = bytes.firstRange(of: separator) else { return nil }
    let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
      .components(separatedBy: "\r\n")
    let words = lines[0].split(separator: " ")
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      headers[parts[0].lowercased()] = parts.count > 1 ? parts[1].trimmingPrefix(" ") + "" : ""
    }
    if headers["expect"] != nil {
      LoopbackSocket.send("HTTP/1.1 100 Continue\r\n\r\n", to: connection)
    }
    let length = headers["content-length"].flatMap { Int($0) } ?? 0
    while bytes.count < end.upperBound + length {
      guard let more = LoopbackSocket.receive(connection) else { return nil }
      bytes += more
    }
    return StubServer.Request(
      method: String(words[0]), path: String(words[1]), headers: headers,
      body: String(decoding: bytes[end.upperBound...], as: UTF8.self))
  }

  /// - Parameter leave: Called once, before the client can know that a whole answer is whole: it may
  ///   ask again at once, and is not there twice.
  private func send(
    _ reply: StubServer.Reply, to connection: Int32, leave: @escaping () -> Void
  ) {
    func begin(_ status: Int, _ length: Int?, _ headers: [String: String]) {
      var head = "HTTP/1.1 \(status) Stub\r\nConnection: close\r\n"
      if let length { head += "Content-Length: \(length)\r\n" }
      for (name, value) in headers { head += "\(name): \(value)\r\n" }
      LoopbackSocket.send(head + "\r\n", to: connection)
    }
    switch reply {
    case .answer(let status, let body, let headers):
      leave()
      begin(status, body.utf8.count, headers)
      LoopbackSocket.send(body, to: connection)
      return
    case .bytes(let status, let body, let promised, let headers):
      if promised == nil { leave() }
      begin(status, promised ?? body.count, headers)
      LoopbackSocket.send(body, to: connection)
      if promised == nil { return }
    case .cut(let beginning, let length):
      begin(200, length, [:])
      LoopbackSocket.send(beginning, to: connection)
    case .hangUp: break
    case .silence: while LoopbackSocket.receive(connection) != nil {}
    case .endless:
      begin(200, nil, [:])
      let block = String(repeating: "x", count: 1 << 16)
      while LoopbackSocket.send(block, to: connection) { usleep(1000) }
    case .trickle:
      begin(200, nil, [:])
      while LoopbackSocket.send("x", to: connection) { usleep(20_000) }
    case .whenTogether(let count, let reply):
      // Not for ever: a test that is wrong should fail.
      for _ in 0..<5000 where state.withLock({ $0.mostPresent < count }) { usleep(1000) }
      return send(reply, to: connection, leave: leave)
    }
    leave()
  }
}
