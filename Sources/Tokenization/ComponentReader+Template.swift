// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON

extension ComponentReader {
  /// The tokens that post-processors add before and after a single text, and their changes of
  /// offsets.
  struct Template: Equatable {
    var prefix: [Int32] = []
    var suffix: [Int32] = []
    var trims: [OffsetTrim] = []
  }

  /// Reads `post_processor`; nil or null gives an empty template.
  func template(_ json: JSON?) throws -> Template {
    try postProcessors(json, at: "\(path): post_processor").reduce(into: Template()) {
      template, outer in
      // A later processor is applied to the result of an earlier one.
      template.trims += outer.trims
      template.prefix = outer.prefix + template.prefix
      template.suffix += outer.suffix
    }
  }

  private func postProcessors(_ json: JSON?, at location: String) throws -> [Template] {
    guard let json, json != .null else { return [] }
    let object = try JSONObjectReader(json, at: location)
    let type = try object.required("type", as: String.self)
    switch type {
    case "ByteLevel":
      guard try object.optional("trim_offsets", as: Bool.self) ?? true else { return [] }
      let addsPrefixSpace: Bool = try object.optional("add_prefix_space") ?? true
      return [Template(trims: [OffsetTrim(addsPrefixSpace: addsPrefixSpace)])]
    case "TemplateProcessing": return [try single(object)]
    case "Sequence":
      let processors = try object.required("processors", as: [JSON].self)
      return try processors.enumerated().flatMap { index, element in
        try postProcessors(element, at: "\(location).processors[\(index)]")
      }
    default:
      throw object.unsupported(
        "type", type, supported: "ByteLevel, TemplateProcessing or Sequence")
    }
  }

  /// The template for one text: special tokens around the sequence A.
  private func single(_ object: JSONObjectReader) throws -> Template {
    let specialTokens = try object.child("special_tokens")
    var template = Template()
    var hasText = false
    for (index, item) in try object.required("single", as: [JSON].self).enumerated() {
      let item = try JSONObjectReader(item, at: "\(object.location).single[\(index)]")
      if item.keys == ["Sequence"] {
        let sequence = try item.child("Sequence").required("id", as: String.self)
        guard sequence == "A", !hasText else {
          throw item.failure("Sequence", "is \(sequence), expected A, and once")
        }
        hasText = true
        continue
      }
      let name = try item.child("SpecialToken").required("id", as: String.self)
      let ids = try specialTokens.child(name).required("ids", as: [Int].self).map { id in
        guard let small = Int32(exactly: id), small >= 0 else {
          throw specialTokens.failure(name, "holds \(id), which is no id")
        }
        return small
      }
      if hasText { template.suffix += ids } else { template.prefix += ids }
    }
    guard hasText else { throw object.failure("single", "has no placeholder for the text") }
    return template
  }
}
