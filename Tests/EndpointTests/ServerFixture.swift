// SPDX-License-Identifier: Apache-2.0

import SPINEndpoint
import SPINErrors
import SPINTestSupport
import Synchronization
import Testing

/// A clock on which waiting takes no time and is written down.
final class PatientClock: EndpointClock {
  private let state = Mutex<(now: Double, waits: [Double])>((1_000_000_000, []))

  var secondsSince1970: Double { state.withLock { $0.now } }
  /// How long was waited, each time.
  var waits: [Double] { state.withLock { $0.waits } }

  func wait(seconds: Double, shouldStop: () -> Bool) {
    state.withLock {
      $0.now += seconds
      $0.waits.append(seconds)
    }
  }
}

/// Sends as the program does, and keeps the server for as long.
private struct TransportToStub: HTTPTransport {
  let server: StubServer
  let transport = URLSessionTransport()

  func send(
    _ request: HTTPRequest, timeout: Double, limit: Int, shouldStop: () -> Bool
  ) throws(HTTPFailure) -> HTTPResponse {
    try transport.send(request, timeout: timeout, limit: limit, shouldStop: shouldStop)
  }
}

extension StubServer {
  /// A client of this server, which lives as long.
  func client(
    key: EndpointKey? = nil, clock: any EndpointClock = PatientClock(),
    _ change: (inout EndpointOptions) -> Void = { _ in }
  ) throws -> EndpointClient {
    var options = EndpointOptions()
    options.timeout = 20
    change(&options)
    return EndpointClient(
      try EndpointAddress(address), key: key, options: options,
      transport: TransportToStub(server: self), clock: clock)
  }

  /// A text with the port of this server masked.
  func masked(_ text: String) -> String { text.replacing(":\(port)", with: ":PORT") }

  /// The error of some work, with the port of this server masked.
  func message(_ code: SPINError.Code = .unavailable, _ work: () throws -> Void) -> String {
    do {
      try work()
      return "nothing was thrown"
    } catch let error as SPINError {
      #expect(error.code == code)
      return masked(error.description)
    } catch {
      return "\(error)"
    }
  }
}

/// "Hello", to be continued.
let hello = CompletionRequest("Hello", route: .completions, sampling: .init(maxTokens: 4))
