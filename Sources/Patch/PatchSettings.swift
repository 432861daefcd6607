// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// What messages about patches mention.
extension Setting {
  static let factor = Setting("scale", of: "Patch.make")
  static let patch = Setting("patch", of: "ModelEdit")
}
