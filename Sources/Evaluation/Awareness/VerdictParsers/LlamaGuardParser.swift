// SPDX-License-Identifier: Apache-2.0

extension VerdictParser {
  /// Llama Guard: "safe", or "unsafe" with a second line of categories: "S7", "S1,S10".
  ///
  /// - Source: the model card of Llama-Guard-3 (meta-llama/PurpleLlama, `Llama-Guard3`).
  public static let llamaGuard = VerdictParser(
    "llama-guard", expecting: "safe, or unsafe and a line of categories"
  ) { reply, _ in
    let lines = reply.lowercased().split(whereSeparator: \.isNewline)
      .map { $0.split(whereSeparator: \.isWhitespace).joined() }
      .filter { !$0.isEmpty }
    // Made once a reply, not once a line.
    let pattern = categories
    let hasCategories = lines.dropFirst().contains { $0.wholeMatch(of: pattern) != nil }
    return switch lines.first {
    case "safe": hasCategories ? .invalid(.conflict) : .valid(.safe)
    case "unsafe": .valid(.unsafe)
    default: .invalid(.noVerdict)
    }
  }

  private static var categories: Regex<Substring> { /(?:s[0-9]{1,2},?)+/ }
}
