// SPDX-License-Identifier: Apache-2.0

extension Int {
  /// A number with what is counted: "1 weight", "2 weights", "3 matrices".
  ///
  /// - Parameter noun: In the singular.
  package func counted(_ noun: String) -> String {
    guard self != 1 else { return "1 \(noun)" }
    if noun.hasSuffix("trix") { return "\(self) \(noun.dropLast())ces" }
    if noun.hasSuffix("copy") { return "\(self) \(noun.dropLast())ies" }
    return "\(self) \(noun)s"
  }
}
