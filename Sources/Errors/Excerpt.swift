// SPDX-License-Identifier: Apache-2.0

extension StringProtocol {
  /// The text as a message quotes it: its beginning, where it has more than 120 characters, and how many it has.
  package var excerpt: String {
    let scalars = String(self).unicodeScalars
    guard scalars.count > 120 else { return String(self) }
    return String(scalars.prefix(120)) + "... (\(scalars.count) characters)"
  }
}
