// SPDX-License-Identifier: Apache-2.0

import Dispatch
import SPINErrors
import Synchronization

/// Requests that several threads process, and their outcomes.
final class RequestQueue: Sendable {
  /// What has happened since the last look.
  struct News {
    /// The outcomes, with the indices of their requests.
    var outcomes: [(place: Int, outcome: Result<Completion, RequestFailure>)] = []
    /// The number of threads that have ended.
    var endedWorkers = 0
  }

  private struct State {
    var next = 0
    var isStopped = false
    var news = News()
    var failure: (any Error)?
  }

  private let model: ServedModel
  private let requests: [CompletionRequest]
  private let state = Mutex(State())
  private let hasNews = DispatchSemaphore(value: 0)

  init(_ model: ServedModel, _ requests: [CompletionRequest]) {
    self.model = model
    self.requests = requests
  }

  /// Sends one request after another, until there are no more or the server fails.
  func work() {
    while let place = takePlace() {
      do {
        let outcome = try model.outcome(
          of: requests[place], number: place, shouldStop: { isStopped })
        state.withLock { $0.news.outcomes.append((place, outcome)) }
        hasNews.signal()
      } catch {
        state.withLock {
          // Requests that were stopped because another failed are not the cause.
          if !$0.isStopped { $0.failure = error }
          $0.isStopped = true
        }
      }
    }
    state.withLock { $0.news.endedWorkers += 1 }
    hasNews.signal()
  }

  /// Ends the work; requests in flight are abandoned.
  func stop() { state.withLock { $0.isStopped = true } }

  /// Waits until something happens, for at most the given number of seconds.
  func waitForNews(seconds: Double) { _ = hasNews.wait(timeout: .now() + seconds) }

  /// Takes what has happened since the last call.
  func takeNews() -> News {
    state.withLock { state in
      defer { state.news = News() }
      return state.news
    }
  }

  /// Why the work ended early; nil if the server did not fail.
  var failure: (any Error)? { state.withLock { $0.failure } }

  private var isStopped: Bool { state.withLock { $0.isStopped } }

  private func takePlace() -> Int? {
    state.withLock { state in
      guard !state.isStopped, state.next < requests.count else { return nil }
      defer { state.next += 1 }
      return state.next
    }
  }
}
