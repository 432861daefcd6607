// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import Synchronization

/// Work that takes seconds to days, on a thread of its own: its events while it runs, and its result.
///
///     let work = pipeline.start(into: RunDirectory(path: "run"))
///     Task { for await event in work.events { show(event) } }
///     let result = try await work.value
///
/// The work is cancelled with the task that waits for `value`, by `cancel()`, or when no reference to it remains; it then ends
/// with a `SPINError` of code `interrupted` at the next point at which it can be resumed, and the same call later
/// resumes it. All of SPIN's computing is synchronous below this type: it uses threads of its own and would block those of
/// Swift's concurrency.
public final class LongWork<Event: Sendable, Value: Sendable>: Sendable {
  /// What happens, in order, until the work ends; for one reader.
  ///
  /// The newest 4,096 events are kept for a slow reader, so that a program that reads none does not grow.
  public let events: AsyncStream<Event>
  private let core: Core

  /// What the work and those who wait for it share.
  private final class Core: Sendable {
    private struct State {
      var result: Result<Value, any Error>?
      var waiting: [CheckedContinuation<Value, any Error>] = []
    }

    private let state = Mutex(State())
    private let isCancelled = Atomic(false)

    var shouldStop: Bool { isCancelled.load(ordering: .relaxed) }

    func cancel() { isCancelled.store(true, ordering: .relaxed) }

    func finish(_ result: Result<Value, any Error>) {
      let waiting = state.withLock { state in
        state.result = result
        defer { state.waiting = [] }
        return state.waiting
      }
      for continuation in waiting { continuation.resume(with: result) }
    }

    func wait(_ continuation: CheckedContinuation<Value, any Error>) {
      let result = state.withLock { state in
        if state.result == nil { state.waiting.append(continuation) }
        return state.result
      }
      if let result { continuation.resume(with: result) }
    }
  }

  /// Begins work.
  ///
  /// - Parameter body: The work. It asks `shouldStop` now and then, throws where that is true, and tells `report` what
  ///   happens.
  public init(
    _ body:
      @escaping @Sendable (
        _ shouldStop: @escaping @Sendable () -> Bool, _ report: @escaping @Sendable (Event) -> Void
      ) throws -> Value
  ) {
    let core = Core()
    let (events, continuation) = AsyncStream.makeStream(
      of: Event.self, bufferingPolicy: .bufferingNewest(4096))
    self.core = core
    self.events = events
    // What texts call settings is the caller's to say, and no task hands it over to a thread.
    let names = SettingNames.current
    let thread = Thread {
      let result = Result {
        try SettingNames.$current.withValue(names) {
          try body({ core.shouldStop }, { continuation.yield($0) })
        }
      }
      continuation.finish()
      core.finish(result)
    }
    // As much as a main thread has; others get 512 kB on some systems.
    thread.stackSize = 8 << 20
    thread.start()
  }

  deinit { core.cancel() }

  /// The result, once the work is done.
  ///
  /// - Throws: What the work throws; a `SPINError` of code `interrupted` where it was cancelled.
  public var value: Value {
    get async throws {
      try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { core.wait($0) }
      } onCancel: {
        core.cancel()
      }
    }
  }

  /// Asks the work to stop; it ends soon, and `value` throws then.
  public func cancel() { core.cancel() }
}
