// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// What messages of this module mention.
extension Setting {
  static let copy = Setting("out", of: "Patch.apply")
}
