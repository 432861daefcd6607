// SPDX-License-Identifier: Apache-2.0

import CKernels
import Foundation
import Synchronization

/// Threads that share an operation's work with the calling thread.
///
/// Between two operations of a small model, or of one token of a large one, lie microseconds, and to
/// wake a sleeping thread takes tens of them. So a worker that has nothing to do looks for work for a
/// moment before it goes to sleep, and so does the caller who waits for the last worker.
final class WorkerPool {
  private let shared: Shared

  /// Starts threads.
  ///
  /// - Parameter workerCount: How many, besides the caller's.
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

  /// Calls `body(0)` on the caller's thread and `body(worker)` on each worker that comes before that
  /// returned; waits until all have returned.
  ///
  /// One call at a time, and none from within `body`.
  ///
  /// - Parameter onWait: Called on the caller's thread some twenty times a second while it waits for
  ///   workers; nil for never.
  func run(onWait: (() -> Void)? = nil, _ body: (_ worker: Int) -> Void) {
    withoutActuallyEscaping(body) { body in shared.run(onWait: onWait, body) }
  }

  /// What threads share; they outlive the pool by a moment.
  private final class Shared: @unchecked Sendable {
    /// How often a thread looks before it sleeps: about 50 microseconds.
    private static let looks = 2000
    /// The job's state in one number: its number, whether workers may join, and how many have.
    private static let isOpen = 1 << 15
    private static let oneJob = 1 << 16

    private let state = Atomic<Int>(0)
    private let isStopped = Atomic<Bool>(false)
    /// Who sleeps: workers without work, and the caller who waits for them.
    private let sleepingWorkers = Atomic<Int>(0)
    private let sleepingCallers = Atomic<Int>(0)
    private let condition = NSCondition()
    /// Written before a job opens, and not while it has workers.
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

    /// Joins a job that is open and is not `last`; its number.
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

    /// Looks again and again whether something holds, then sleeps until it does.
    ///
    /// Whoever makes it hold looks for sleepers afterwards, and a sleeper says so before it looks for
    /// the last time: one of the two sees the other, because all threads agree on the order of these
    /// steps.
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
