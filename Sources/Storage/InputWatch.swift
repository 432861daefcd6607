// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import Synchronization

/// Something that results are made from, and that other programs may change meanwhile.
package protocol WatchedInput: AnyObject, Sendable {
  /// Looks whether it is still what it was when it was opened.
  ///
  /// - Throws: `SPINError` where it is not.
  func requireUnchanged() throws
}

/// All inputs that a program has opened, so that whatever writes a result can ask whether it still is one.
///
/// `OutputFile.commit` asks before a file gets its name, and the program before it ends with success. No other code has
/// to remember. A library does not know which of its results rest on which input, so that only a program
/// turns this on.
package enum InputWatch {
  private struct Reference { weak var input: (any WatchedInput)? }
  private struct State {
    var isOn = false
    var inputs: [ObjectIdentifier: Reference] = [:]
    /// What was found of inputs that are no longer held.
    var finding: SPINError?
  }

  private static let state = Mutex(State())

  /// Watches what is opened from now on.
  package static func begin() { state.withLock { $0.isOn = true } }

  /// Watches an input until it is released.
  package static func add(_ input: any WatchedInput) {
    state.withLock { state in
      guard state.isOn else { return }
      state.inputs[ObjectIdentifier(input)] = Reference(input: input)
    }
  }

  /// Looks at an input for the last time; to be called when it is released.
  package static func remove(_ input: any WatchedInput) {
    let wasWatched = state.withLock {
      $0.inputs.removeValue(forKey: ObjectIdentifier(input)) != nil
    }
    guard wasWatched else { return }
    do { try input.requireUnchanged() } catch let error as SPINError {
      state.withLock { $0.finding = $0.finding ?? error }
    } catch {}
  }

  /// Looks at all inputs that were opened.
  ///
  /// - Throws: `SPINError` where one of them is not what it was.
  package static func requireUnchanged() throws {
    let (finding, inputs) = state.withLock { ($0.finding, $0.inputs.values.compactMap(\.input)) }
    if let finding { throw finding }
    for input in inputs { try input.requireUnchanged() }
  }
}
