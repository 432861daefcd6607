// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import Synchronization

/// An input of results that another program might change while it is in use.
package protocol WatchedInput: AnyObject, Sendable {
  /// Checks that the input is unchanged since it was opened.
  ///
  /// - Throws: `SPINError` if it was changed.
  func requireUnchanged() throws
}

/// The open inputs of a program, so that code that writes a result can check that none was changed
/// meanwhile.
///
/// `OutputFile` checks before a file gets its name, `LineLog` before it appends a line, and the
/// program before it ends with success; no other code needs to. A library cannot know which results
/// depend on which inputs, so only a program turns this on.
package enum InputWatch {
  private struct Reference { weak var input: (any WatchedInput)? }
  private struct State {
    var isOn = false
    var inputs: [ObjectIdentifier: Reference] = [:]
    /// The first error found for an input that has been released.
    var finding: SPINError?
  }

  private static let state = Mutex(State())

  /// Starts watching inputs that are opened from now on.
  package static func begin() { state.withLock { $0.isOn = true } }

  /// Watches an input until it is released, if watching has begun.
  package static func add(_ input: any WatchedInput) {
    state.withLock { state in
      guard state.isOn else { return }
      state.inputs[ObjectIdentifier(input)] = Reference(input: input)
    }
  }

  /// Checks an input for the last time; to be called when it is released.
  package static func remove(_ input: any WatchedInput) {
    let wasWatched = state.withLock {
      $0.inputs.removeValue(forKey: ObjectIdentifier(input)) != nil
    }
    guard wasWatched else { return }
    do { try input.requireUnchanged() } catch let error as SPINError {
      state.withLock { $0.finding = $0.finding ?? error }
    } catch {}
  }

  /// Checks all inputs that were opened since `begin`.
  ///
  /// - Throws: `SPINError` if one of them was changed.
  package static func requireUnchanged() throws {
    let (finding, inputs) = state.withLock { ($0.finding, $0.inputs.values.compactMap(\.input)) }
    if let finding { throw finding }
    for input in inputs { try input.requireUnchanged() }
  }
}
