// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
import SPINKernels
import SPINStorage

/// Takes the tensors of a decoder from a checkpoint one by one and remembers which.
struct TensorReader {
  let directory: ModelDirectory
  private var taken: Set<String> = []

  init(directory: ModelDirectory) { self.directory = directory }

  mutating func matrix(_ name: String, rows: Int, columns: Int) throws -> WeightMatrix {
    let entry = try entry(name, shape: [rows, columns])
    return WeightMatrix(
      name: name, file: entry.file, offset: entry.byteRange.lowerBound,
      elementType: try elementType(entry), rows: rows, columns: columns)
  }

  mutating func vector(_ name: String, count: Int) throws -> FloatBuffer {
    let entry = try entry(name, shape: [count])
    let row = WeightMatrix(
      name: name, file: entry.file, offset: entry.byteRange.lowerBound,
      elementType: try elementType(entry), rows: 1, columns: count)
    return FloatBuffer(row.values(rows: 0..<1))
  }

  func has(_ name: String) -> Bool { directory.entry(named: name) != nil }

  /// How many names of tensors a warning lists.
  private static let namedCount = 6

  /// Checks the tensors that were not read.
  ///
  /// What such files hold besides the decoder (heads of other tasks, scales of a cache, buffers,
  /// factors of an adapter) changes nothing here and is named; what would be part of the decoder is
  /// refused, because the model would be another one without it.
  ///
  /// - Returns: A warning that names tensors, where any are left.
  func finish(_ configuration: DecoderConfiguration) throws -> [String] {
    let rest = directory.tensors.keys.filter { name in
      // A constant that early versions of transformers stored; it follows from the configuration.
      !taken.contains(name) && !name.hasSuffix("rotary_emb.inv_freq")
    }.sorted()
    let missed = rest.filter { Self.belongsToDecoder($0) }
    if let first = missed.first {
      throw SPINError(
        .malformedInput, at: "\(directory.path): tensor \"\(first)\"",
        "is unexpected: config.json describes a model without it"
          + (missed.count > 1 ? " (and without \(missed.count - 1) more)" : ""),
        remedy: "check that config.json belongs to these weights")
    }
    guard !rest.isEmpty else { return [] }
    let named = rest.prefix(Self.namedCount).map { "\"\($0)\"" }.joined(separator: ", ")
    let more = rest.count > Self.namedCount ? " and \(rest.count - Self.namedCount) more" : ""
    let factors =
      rest.contains { $0.contains(".lora_") }
      ? "; factors of an adapter are among them, which is not merged" : ""
    return [
      "\(directory.path): \(configuration.family.architecture) does not use "
        + (rest.count == 1 ? "a tensor of the file: " : "\(rest.count) tensors of the file: ")
        + named + more + factors
    ]
  }

  /// Whether a tensor would be a parameter of a decoder of these families or their relatives: a
  /// weight or bias of a projection or a norm.
  private static func belongsToDecoder(_ name: String) -> Bool {
    let parts = name.split(separator: ".").map(String.init)
    guard let last = parts.last, last == "weight" || last == "bias", parts.count >= 2 else {
      return false
    }
    let module = parts[parts.count - 2]
    let isPart =
      module.hasSuffix("_proj") || module.hasSuffix("norm") || module == "embed_tokens"
      || module == "lm_head" || module == "gate"
    return isPart && (parts.contains("layers") || parts.count <= 3)
  }

  private mutating func entry(_ name: String, shape: [Int]) throws -> TensorEntry {
    let entry = try directory.tensor(name)
    guard entry.shape == shape else {
      throw SPINError(
        .malformedInput, at: "\(entry.file.path): tensor \"\(entry.name)\"",
        "has shape \(entry.shape), config.json asks for \(shape)",
        remedy: "check that config.json belongs to these weights")
    }
    taken.insert(entry.name)
    return entry
  }

  private func elementType(_ entry: TensorEntry) throws -> ElementType {
    guard let type = entry.elementType else {
      throw SPINError(
        .unavailable, at: "\(entry.file.path): tensor \"\(entry.name)\"",
        "has elements of type \(entry.elementTypeName), expected F32, F16 or BF16",
        remedy: "use the checkpoint in its original precision")
    }
    return type
  }
}
