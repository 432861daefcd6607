// SPDX-License-Identifier: Apache-2.0

import Synchronization

extension CPUDevice {
  /// How often is asked whether to stop; what an operation does between two looks takes far less.
  private static let interval = Duration.milliseconds(50)

  /// Computes something, unless the caller stops the work meanwhile.
  ///
  /// From then on operations leave their results unfinished and return at once, so that a block that
  /// would take seconds ends within a fraction of one. What `body` wrote is arbitrary then: it must
  /// not be used, and nothing that lasts may be written inside `body`.
  ///
  /// - Parameters:
  ///   - shouldStop: Checked on the caller's thread, some twenty times a second.
  ///   - body: What to compute, with this `Device`.
  /// - Returns: What `body` returned; nil where it was abandoned, even if `body` threw for it.
  public func unlessStopped<Result>(
    _ shouldStop: () -> Bool, _ body: () throws -> Result
  ) throws -> Result? {
    precondition(stopCheck == nil, "unlessStopped within unlessStopped")
    return try withoutActuallyEscaping(shouldStop) { check in
      stopCheck = check
      lastStopCheck = .now
      defer {
        stopCheck = nil
        isAbandoned.store(false, ordering: .relaxed)
      }
      do {
        let result = try body()
        return wasAbandoned ? nil : result
      } catch {
        if wasAbandoned { return nil }
        throw error
      }
    }
  }

  /// Whether what is computed inside `unlessStopped` was abandoned.
  public var wasAbandoned: Bool { isAbandoned.load(ordering: .relaxed) }

  /// Whether to leave a long task unfinished; for loops inside tasks.
  ///
  /// - Parameter worker: Who does the task; worker 0 is the caller, who alone asks.
  func abandons(_ worker: Int) -> Bool { worker == 0 ? abandons() : wasAbandoned }

  /// Asks now and then whether to stop; on the caller's thread.
  func abandons() -> Bool {
    guard let stopCheck else { return false }
    if wasAbandoned { return true }
    let now = ContinuousClock.now
    guard now - lastStopCheck >= Self.interval else { return false }
    lastStopCheck = now
    guard stopCheck() else { return false }
    isAbandoned.store(true, ordering: .relaxed)
    return true
  }
}
