// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors

extension ServedModel {
  /// Lets the model write for many requests, several at a time.
  ///
  /// - Parameters:
  ///   - requests: What to write.
  ///   - concurrency: How many requests are on the way at once, 1 or more.
  ///   - shouldStop: Asked several times a second, on the calling thread; true ends the work at once.
  ///   - onCompletion: Told of each text once, in any order, on the calling thread; also of those
  ///     that had come when something else went wrong.
  /// - Throws: As `complete` for one request, and what `onCompletion` throws.
  public func complete(
    _ requests: [CompletionRequest], concurrency: Int, shouldStop: () -> Bool = { false },
    onCompletion: (_ place: Int, _ completion: Completion) throws -> Void
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
      for (place, completion) in news.completions where refusal == nil {
        do {
          try onCompletion(place, completion)
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
