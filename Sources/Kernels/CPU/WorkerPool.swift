// SPDX-License-Identifier: Apache-2.0

import CKernels
import Foundation
import Synchronization

/// Threads that share an operation's work with the calling thread.
///
/// In a small model, or in generation with a large one, only microseconds pass between two
/// operations, while waking a sleeping thread takes tens of microseconds. An idle worker therefore
/// polls for a moment before it sleeps, and so does a caller that waits for the last worker.
final class WorkerPool {
  private let shared: Shared

  /// Starts threads.
  ///
  /// - Parameter workerCount: The number of threads besides the caller's, at least 1.
  init(workerCount: Int) {
    precondition(workerCount >= 1, "workerCount must be at least 1")
    shared = Shared()
    for worker in 1...workerCount {
      let thread = Thread { [shared] in shared.work(as: worker) }
      thread.name = "spin worker \(worker)"
      thread.start()
    }
  }

  deinit { shared.stop() }

  /// Calls `body(0)` on the caller's thread and `body(worker)` on each worker that joins before
  /// `body(0)` returns; waits until all calls have returned.
  ///
  /// Calls must not overlap, nor be made from within `body`.
  ///
  /// - Parameters:
  ///   - onWait: Called on the caller's thread about twenty times a second while it sleeps until
  ///     the workers are done; nil for never.
  ///   - body: The work, called with the number of the thread.
  func run(onWait: (() -> Void)? = nil, _ body: (_ worker: Int) -> Void) {
    withoutActuallyEscaping(body) { body in shared.run(onWait: onWait, body) }
  }

  /// The state that threads share, separate from the pool because threads may outlive it for a
  /// moment.
  private final class Shared: @unchecked Sendable {
    /// The number of times that a thread polls before it sleeps; takes about 50 microseconds.
    private static let looks = 2000
    /// The parts of `state`: the number of the job, whether workers may still join (`isOpen`), and
    /// how many workers are at work on it.
    private static let isOpen = 1 << 15
    private static let oneJob = 1 << 16

    private let state = Atomic<Int>(0)
    private let isStopped = Atomic<Bool>(false)
    /// The number of sleeping workers, and of callers that sleep until their workers are done.
    private let sleepingWorkers = Atomic<Int>(0)
    private let sleepingCallers = Atomic<Int>(0)
    private let condition = NSCondition()
    /// Written only while no job is open and no worker is at work.
    private var body: (Int) -> Void = { _ in }

    func run(onWait: (() -> Void)?, _ body: @escaping (Int) -> Void) {
      let before = state.load(ordering: .relaxed)
      precondition(before % Self.oneJob == 0, "an operation within an operation")
      self.body = body
      state.store(before + Self.oneJob + Self.isOpen, ordering: .sequentiallyConsistent)
      wake(sleepingWorkers)
      body(0)
      state.wrappingSubtract(Self.isOpen, ordering: .sequentiallyConsistent)
      wait(sleepers: sleepingCallers, onWait: onWait) {
        state.load(ordering: .sequentiallyConsistent) % Self.oneJob == 0
      }
      self.body = { _ in }
    }

    func stop() {
      isStopped.store(true, ordering: .sequentiallyConsistent)
      wake(sleepingWorkers)
    }

    func work(as worker: Int) {
      var lastJob = 0
      while true {
        var job = lastJob
        wait(sleepers: sleepingWorkers) {
          job = join(after: lastJob) ?? lastJob
          return job != lastJob || isStopped.load(ordering: .sequentiallyConsistent)
        }
        guard job != lastJob else { return }
        lastJob = job
        body(worker)
        let left = state.wrappingSubtract(1, ordering: .sequentiallyConsistent).newValue
        if left % Self.oneJob == 0 { wake(sleepingCallers) }
      }
    }

    /// Joins the present job if it is open and is not `last`; returns its number, else nil.
    private func join(after last: Int) -> Int? {
      var seen = state.load(ordering: .sequentiallyConsistent)
      while seen & Self.isOpen != 0, seen / Self.oneJob != last {
        let (isDone, now) = state.compareExchange(
          expected: seen, desired: seen + 1, ordering: .sequentiallyConsistent)
        if isDone { return seen / Self.oneJob }
        seen = now
      }
      return nil
    }

    /// Polls a condition for a moment, then sleeps until it holds.
    ///
    /// No wake-up is lost: a thread that makes the condition hold checks for sleepers afterwards,
    /// and a thread registers as a sleeper before it checks the condition for the last time. All
    /// threads agree on the order of these steps, so at least one of the two sees the other.
    private func wait(
      sleepers: borrowing Atomic<Int>, onWait: (() -> Void)? = nil, until holds: () -> Bool
    ) {
      for _ in 0..<Self.looks {
        if holds() { return }
        spin_pause()
      }
      condition.lock()
      sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
      while !holds() {
        guard let onWait else {
          condition.wait()
          continue
        }
        _ = condition.wait(until: Date(timeIntervalSinceNow: 0.05))
        onWait()
      }
      sleepers.wrappingSubtract(1, ordering: .sequentiallyConsistent)
      condition.unlock()
    }

    private func wake(_ sleepers: borrowing Atomic<Int>) {
      guard sleepers.load(ordering: .sequentiallyConsistent) > 0 else { return }
      condition.lock()
      condition.broadcast()
      condition.unlock()
    }
  }
}
