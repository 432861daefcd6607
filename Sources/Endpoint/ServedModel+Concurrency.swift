// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors

extension ServedModel {
  /// Requests many completions, several at a time.
  ///
  /// - Parameters:
  ///   - requests: The requests.
  ///   - concurrency: The number of requests in flight at once, 1 or more.
  ///   - shouldStop: Checked several times a second, on the calling thread; if it returns true, the
  ///     work ends at once.
  ///   - onOutcome: Called once for each request, with its index and its completion or failure, in
  ///     any order, on the calling thread; also for requests that were complete when the server
  ///     failed.
  /// - Throws: As `complete` if the server fails, and what `onOutcome` throws.
  public func complete(
    _ requests: [CompletionRequest], concurrency: Int, shouldStop: () -> Bool = { false },
    onOutcome: (_ place: Int, _ outcome: Result<Completion, RequestFailure>) throws -> Void
  ) throws {
    precondition(concurrency >= 1, "concurrency must be at least 1")
    let queue = RequestQueue(self, requests)
    var running = min(concurrency, requests.count)
    for _ in 0..<running { Thread.detachNewThread { queue.work() } }
    var delivered = 0
    var refusal: (any Error)?
    while running > 0 {
      queue.waitForNews(seconds: SystemClock.attention)
      let news = queue.takeNews()
      running -= news.endedWorkers
      for (place, outcome) in news.outcomes where refusal == nil {
        do {
          try onOutcome(place, outcome)
          delivered += 1
        } catch {
          // A caller that failed to take this outcome gets no further ones.
          refusal = error
          queue.stop()
        }
      }
      if shouldStop() { queue.stop() }
    }
    if let refusal { throw refusal }
    if let failure = queue.failure { throw failure }
    if delivered < requests.count { throw EndpointCall.stopped }
  }
}
