// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINEndpoint
import SPINErrors
import SPINHub
import SPINStorage
import SPINTestSupport
import Synchronization

/// A clock on which waits take no time; it keeps them.
final class QuickClock: EndpointClock {
  private let state = Mutex<[Double]>([])

  /// The waits that were asked for, in seconds.
  var waits: [Double] { state.withLock { $0 } }
  var secondsSince1970: Double { 1e9 + waits.reduce(0, +) }

  func wait(seconds: Double, shouldStop: () -> Bool) { state.withLock { $0.append(seconds) } }
}

/// Events that a library told.
final class Events: Sendable {
  private let state = Mutex<[HubEvent]>([])

  var all: [HubEvent] { state.withLock { $0 } }
  func add(_ event: HubEvent) { state.withLock { $0.append(event) } }
}

/// A stub of the Hub with an empty cache beside it.
struct HubFixture {
  static let name = "some-owner/A.model_1"
  let hub: StubHub
  let directory: TemporaryDirectory
  let clock = QuickClock()
  let events = Events()

  /// Weights of which no block equals another.
  static let weights: [UInt8] = (0..<400_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }

  init(weights: [UInt8] = Self.weights, _ change: (inout StubHub.Faults) -> Void = { _ in }) throws
  {
    var faults = StubHub.Faults()
    change(&faults)
    hub = try StubHub(model: Self.name, weights: weights, faults: faults)
    directory = try TemporaryDirectory()
  }

  init(hub: StubHub) throws {
    self.hub = hub
    directory = try TemporaryDirectory()
  }

  func library(
    _ environment: [String: String] = [:], transport: (any HTTPStreamTransport)? = nil,
    shouldStop: @escaping @Sendable () -> Bool = { false }
  ) throws -> HubLibrary {
    let whole = hub.environment(home: directory.path).merging(environment) { $1 }
    let events = events
    return HubLibrary(
      try HubSettings(environment: whole), transport: transport ?? URLSessionTransport(),
      clock: clock,
      shouldStop: shouldStop, report: { events.add($0) })
  }

  var reference: HubReference { reference() }

  func reference(_ revision: String? = nil) -> HubReference {
    guard let reference = HubReference(hub.repository + (revision.map { "@\($0)" } ?? "")) else {
      preconditionFailure("no reference")
    }
    return reference
  }

  var cache: String { directory.path + "/hf/hub" }
  var folder: String { cache + "/models--some-owner--A.model_1" }
  var snapshot: String { "\(folder)/snapshots/\(hub.commit)" }
  var weightDigest: String { StubHub.sha256(hub.files[2].content) }
  var blob: String { "\(folder)/blobs/\(weightDigest)" }

  /// The error of a fetch.
  func failure(
    _ environment: [String: String] = [:], revision: String? = nil
  ) throws -> SPINError {
    do {
      _ = try library(environment).fetchModel(reference(revision))
    } catch let error as SPINError { return error }
    struct NoFailure: Error {}
    throw NoFailure()
  }
}
