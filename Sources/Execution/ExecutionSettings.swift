// SPDX-License-Identifier: Apache-2.0

package import SPINErrors

/// What messages of this module mention, and of modules that compute.
extension Setting {
  package static let maxMemory = Setting("maxMemory", of: "Execution")
  package static let scratchDirectory = Setting("scratchDirectory", of: "Execution")
}
