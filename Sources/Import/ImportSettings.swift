// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// What messages of this module mention.
extension Setting {
  static let elementType = Setting("elementType", of: "ModelImport")
}
