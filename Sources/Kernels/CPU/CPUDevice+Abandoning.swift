// SPDX-License-Identifier: Apache-2.0

import Synchronization

extension CPUDevice {
  /// The time between two calls of the stop check; the work between two checks takes far less.
  private static let interval = Duration.milliseconds(50)

  /// Runs `body`, unless the caller stops the work meanwhile.
  ///
  /// Once the work is stopped, operations return at once and leave their results unfinished, so
  /// that work that would take seconds ends in a fraction of one. Anything that `body` wrote is
  /// then undefined and must not be used, so `body` must not write anything persistent. Calls
  /// cannot be nested.
  ///
  /// - Parameters:
  ///   - shouldStop: Called on the caller's thread, about twenty times a second.
  ///   - body: The computation on this device.
  /// - Returns: The result of `body`; nil if the work was stopped, even if `body` then threw an
  ///   error.
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

  /// Whether the work inside `unlessStopped` was stopped.
  public var wasAbandoned: Bool { isAbandoned.load(ordering: .relaxed) }

  /// Whether to leave a task unfinished; for loops inside long tasks.
  ///
  /// - Parameter worker: The thread that runs the task; only worker 0, the caller's thread, calls
  ///   the stop check.
  func abandons(_ worker: Int) -> Bool { worker == 0 ? abandons() : wasAbandoned }

  /// Whether to stop, calling the stop check at most every `interval`; on the caller's thread only.
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
