// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// The settings that messages of this module mention.
extension Setting {
  static let variables = Setting("variables", of: "ChatTemplate.render")
}
