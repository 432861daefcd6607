// SPDX-License-Identifier: Apache-2.0

extension VerdictParser {
  /// Qwen3Guard-Gen: labelled lines, "Safety: Safe", "Unsafe" or "Controversial"; strict, so that
  /// what is controversial is unsafe.
  ///
  /// - Source: arXiv:2510.14276; github.com/QwenLM/Qwen3Guard 6a52eca.
  public static let qwen3Guard = VerdictParser(
    "qwen3guard", expecting: "a line such as \"Safety: Unsafe\"", maxTokens: 128
  ) { reply, _ in
    read(reply, controversial: .unsafe)
  }

  /// The same, loose: what is controversial is safe.
  public static let qwen3GuardLoose = VerdictParser(
    "qwen3guard-loose", expecting: "a line such as \"Safety: Unsafe\"", maxTokens: 128
  ) { reply, _ in
    read(reply, controversial: .safe)
  }

  private static func read(_ reply: String, controversial: Verdict) -> VerdictReading {
    let lines = LabelledLines(reply)
    let isRefusal = lines.isYes("refusal")
    let levels = lines.values(of: "safety")
    guard levels.count < 2 else { return .invalid(.conflict, isRefusal: isRefusal) }
    return switch levels.first {
    case "safe": .valid(.safe, isRefusal: isRefusal)
    case "unsafe": .valid(.unsafe, isRefusal: isRefusal)
    case "controversial": .valid(controversial, isRefusal: isRefusal)
    default: .invalid(.noVerdict, isRefusal: isRefusal)
    }
  }
}
