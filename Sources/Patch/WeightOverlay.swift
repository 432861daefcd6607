// SPDX-License-Identifier: Apache-2.0

public import SPINJSON

/// An edit on a model in memory: put on and taken off, the files untouched.
///
/// Whatever runs the model sees the edit while it is on, because the mapped pages themselves hold it, or
/// the place where decoders look for interventions; nothing is loaded again. One overlay at a time.
///
/// - Note: Neither call may run while another thread computes with the model.
public protocol WeightOverlay: AnyObject {
  /// Whether the model in memory has the edit.
  var isApplied: Bool { get }
  /// A digest of what the edit does, for journals and records.
  var digest: String { get }
  /// The hash of the untouched model's files, where the edit records it.
  var modelHash: String? { get }
  /// What results say of the edit: members of their JSON.
  var summary: JSONObject { get }
  /// Puts the edit on; does nothing where it is on.
  func apply() throws
  /// Takes the edit off; does nothing where it is off.
  func revert() throws
}

extension WeightOverlay {
  /// Calls `body` with the edit on, or off, and leaves it as it was before.
  public func with<Result>(_ isOn: Bool, _ body: () throws -> Result) throws -> Result {
    let before = isApplied
    func set(_ isOn: Bool) throws { try isOn ? apply() : revert() }
    try set(isOn)
    do {
      let result = try body()
      try set(before)
      return result
    } catch {
      try set(before)
      throw error
    }
  }
}
