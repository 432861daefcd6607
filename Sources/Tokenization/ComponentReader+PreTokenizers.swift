// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON

extension ComponentReader {
  /// Reads `pre_tokenizer`; nil or null gives no steps.
  func preTokenizers(_ json: JSON?) throws -> [PreTokenizer] {
    let elements = try flattened(json, at: "\(path): pre_tokenizer", list: "pretokenizers")
    var steps: [PreTokenizer] = []
    var hasByteLevel = false
    for (index, element) in elements.enumerated() {
      let step = try preTokenizer(element.type, element.object)
      guard !hasByteLevel || step.cutsOnly else {
        throw element.object.failure(
          "type", "is \(element.type) after ByteLevel, expected a step that cuts only")
      }
      steps.append(step)
      if step.isByteLevel {
        hasByteLevel = true
        // Later steps split the characters that stand for the bytes.
        if index + 1 < elements.count { steps.append(.spellBytes) }
      }
    }
    if case .spellBytes? = steps.first(where: { if case .spellBytes = $0 { true } else { false } })
    {
      steps.append(.unspellBytes)
    }
    return steps
  }

  private func preTokenizer(_ type: String, _ object: JSONObjectReader) throws -> PreTokenizer {
    switch type {
    case "Split": return try split(object)
    case "Punctuation":
      let behavior: SplitRule.Behavior =
        try object.optional("behavior", as: JSON.self) == nil ? .isolated : behavior(object)
      return .split(
        SplitRule(delimiter: .scalars(.punctuation), behavior: behavior, isInverted: false),
        name: "Punctuation(\(behavior.rawValue))")
    case "Whitespace":
      // Text that the pattern does not match is removed.
      return .split(
        SplitRule(delimiter: .words, behavior: .removed, isInverted: true), name: "Whitespace")
    case "WhitespaceSplit":
      return .split(
        SplitRule(delimiter: .scalars(.whiteSpace), behavior: .removed, isInverted: false),
        name: "WhitespaceSplit")
    case "Digits":
      return .digits(isIndividual: try object.optional("individual_digits") ?? false)
    case "Metaspace": return try metaspace(object)
    case "ByteLevel":
      let usesPattern: Bool = try object.optional("use_regex") ?? true
      return .byteLevel(
        addsPrefixSpace: try object.required("add_prefix_space", as: Bool.self),
        pattern: usesPattern ? .gpt2 : nil)
    default:
      throw object.unsupported(
        "type", type,
        supported: "Split, Digits, Punctuation, Whitespace, WhitespaceSplit, Metaspace, ByteLevel"
          + " or Sequence")
    }
  }

  private func behavior(_ object: JSONObjectReader) throws -> SplitRule.Behavior {
    let name = try object.required("behavior", as: String.self)
    guard let behavior = SplitRule.Behavior(rawValue: name) else {
      throw object.unsupported(
        "behavior", name,
        supported: SplitRule.Behavior.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return behavior
  }

  private func split(_ object: JSONObjectReader) throws -> PreTokenizer {
    let behavior = try behavior(object)
    let isInverted: Bool = try object.optional("invert") ?? false
    let pattern = try object.child("pattern")
    let name = "Split(\(behavior.rawValue)\(isInverted ? ", inverted" : ""))"
    func rule(_ delimiter: SplitRule.Delimiter) -> PreTokenizer {
      .split(
        SplitRule(delimiter: delimiter, behavior: behavior, isInverted: isInverted), name: name)
    }
    if let literal = try pattern.optional("String", as: String.self) {
      guard !literal.isEmpty else { throw pattern.failure("String", "is empty") }
      return rule(.literal(Array(literal.utf8)))
    }
    let regex = try pattern.required("Regex", as: String.self)
    // The known patterns match all text, so isolating the matches means splitting between them.
    if behavior == .isolated, let known = WordPattern(text: regex) { return .words(known) }
    do {
      return rule(.pattern(try PatternProgram(regex)))
    } catch let error as SPINError {
      throw pattern.failure("Regex", error.message)
    }
  }
}

extension PreTokenizer {
  /// Whether the step makes the model work on bytes.
  var isByteLevel: Bool {
    if case .byteLevel = self { true } else { false }
  }

  /// Whether the step only splits or removes text.
  fileprivate var cutsOnly: Bool {
    switch self {
    case .words, .split, .digits: true
    case .metaspace, .byteLevel, .spellBytes, .unspellBytes: false
    }
  }
}

extension ScalarClass {
  /// The scalars at which the pre-tokenizer Punctuation splits.
  fileprivate static let punctuation = ScalarClass(ScalarSet(table: LetterData.punctuation))
  /// The scalars at which the pre-tokenizer WhitespaceSplit splits.
  fileprivate static let whiteSpace = ScalarClass(.space)
}
