// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// What messages about adapters mention.
extension Setting {
  static let adapter = Setting("ModelEdit(adapter)", of: "ModelEdit")
}
