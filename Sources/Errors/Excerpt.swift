// SPDX-License-Identifier: Apache-2.0

extension StringProtocol {
  /// The text as quoted in a message: complete up to 120 characters (Unicode scalars), otherwise
  /// its first 120 and their total number.
  package var excerpt: String {
    let scalars = String(self).unicodeScalars
    guard scalars.count > 120 else { return String(self) }
    return String(scalars.prefix(120)) + "... (\(scalars.count) characters)"
  }
}
