// SPDX-License-Identifier: Apache-2.0

package import SPINErrors

/// The settings that messages of this module, and of modules that compute, mention.
extension Setting {
  package static let maxMemory = Setting("maxMemory", of: "Execution")
  package static let scratchDirectory = Setting("scratchDirectory", of: "Execution")
}
