// SPDX-License-Identifier: Apache-2.0

package import SPINErrors

/// What messages about a selection mention.
extension Setting {
  package static let pair = Setting("pair", of: "Selection")
  package static let general = Setting("general", of: "Selection")
  package static let pairAmount = Setting("pairAmount", of: "Selection")
  package static let generalAmount = Setting("generalAmount", of: "Selection")
  /// A number of weights instead of a share.
  package static let weightCount = Setting(".count", of: "Selection.Amount")
  package static let layers = Setting("layers", of: "Selection")
  package static let selectedModules = Setting("targetModule", of: "Selection")
  static let selectionScale = Setting("scale", of: "Selection")
}
