// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINGGUF

/// An architecture of GGUF that SPIN computes.
enum GGUFArchitecture: String, CaseIterable {
  /// Llama, and Mistral, which llama.cpp counts among it.
  case llama
  case qwen2
  case qwen3

  /// Finds the architecture of a file.
  ///
  /// - Throws: `SPINError` with code `unavailable` that names one which is not read.
  init(_ metadata: GGUFMetadata) throws {
    let key = "general.architecture"
    guard let name = try metadata.string(key) else {
      throw metadata.failure(key, "is missing", remedy: "the file does not say what model it holds")
    }
    guard let architecture = Self(rawValue: name) else {
      let names = Self.allCases.map(\.rawValue).joined(separator: ", ")
      throw metadata.failure(
        key, "is \"\(name)\", expected one of \(names)", code: .unavailable,
        remedy: "SPIN computes dense decoders of these families only")
    }
    self = architecture
  }

  /// Whether the rows of q and k are permuted head by head.
  ///
  /// llama.cpp turns neighbouring pairs for this architecture, transformers the two halves of a head;
  /// the converter moves rows to suit (`LlamaModel.permute` of convert_hf_to_gguf.py).
  var permutesQueryAndKey: Bool { self == .llama }
  /// Whether q, k and v have biases in every model.
  var hasQueryKeyValueBias: Bool { self == .qwen2 }
  /// Whether q and k are normalized head by head.
  var hasQueryKeyNorm: Bool { self == .qwen3 }
}
