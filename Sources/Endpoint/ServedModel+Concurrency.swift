// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors

extension ServedModel {
  /// Lets the model write for many requests, several at a time.
  ///
  /// - Parameters:
  ///   - requests: What to write.
  ///   - concurrency: How many requests are on the way at once, 1 or more.
  ///   - shouldStop: Checked several times a second, on the calling thread; true ends the work at once.
  ///   - onOutcome: Called with each text once, or of what is wrong with its request, in any order, on the
  ///     calling thread; also of those that had come when the server failed.
  /// - Throws: As `complete` where the fault is the server's, and what `onOutcome` throws.
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
          // Nothing more is told to whoever could not take this.
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
