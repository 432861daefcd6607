// SPDX-License-Identifier: Apache-2.0

extension Int {
  /// The number with a noun in the singular or plural: "1 weight", "2 weights", "3 matrices".
  ///
  /// - Parameter noun: The noun in the singular. Irregular plurals are known only for "-trix" and
  ///   "-copy".
  package func counted(_ noun: String) -> String {
    guard self != 1 else { return "1 \(noun)" }
    if noun.hasSuffix("trix") { return "\(self) \(noun.dropLast())ces" }
    if noun.hasSuffix("copy") { return "\(self) \(noun.dropLast())ies" }
    return "\(self) \(noun)s"
  }
}
