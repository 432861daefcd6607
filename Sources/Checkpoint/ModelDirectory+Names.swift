// SPDX-License-Identifier: Apache-2.0

import SPINDecoderNames
import SPINErrors
import SPINStorage

extension ModelDirectory {
  /// A tensor by its name in the file, or by the name that it has in a language model.
  ///
  /// A bare decoder, as `AutoModel` saves it, has the names of the language model without `model.`;
  /// transformers reads it as the language model, and so it is read here. The entry's own name is
  /// always that of the file.
  public func entry(named name: String) -> TensorEntry? {
    if let entry = tensors[name] { return entry }
    guard isBareDecoder, name.hasPrefix("model.") else { return nil }
    return tensors[String(name.dropFirst("model.".count))]
  }

  /// Whether tensors go without the `model.` that they have in a language model.
  private var isBareDecoder: Bool {
    tensors["embed_tokens.weight"] != nil && tensors[TensorName.embedding] == nil
  }

  /// A tensor that has to be there, by either of its names.
  ///
  /// - Throws: `SPINError` that names it, and the prefix under which the file has it, if it has.
  public func tensor(_ name: String) throws -> TensorEntry {
    if let entry = entry(named: name) { return entry }
    if let (found, prefix) = prefixed(name), let entry = tensors[found] {
      throw SPINError(
        .malformedInput, at: entry.file.path,
        "has the tensor \"\(found)\" in place of \"\(name)\": its names begin with \"\(prefix)\", "
          + "with which transformers does not find them either",
        remedy: "rename them: python3 -c 'import sys; from safetensors.torch import load_file, "
          + "save_file; p, x = sys.argv[1:]; save_file({k.removeprefix(x): v for k, v in "
          + "load_file(p).items()}, p, {\"format\": \"pt\"})' "
          + "\(ShellText.quoted(entry.file.path)) \(ShellText.quoted(prefix))")
    }
    throw SPINError(.malformedInput, at: path, "has no tensor \"\(name)\"")
  }

  /// The tensor that ends in a name, and what stands before it: what torch.compile, data parallelism
  /// and PEFT put there.
  private func prefixed(_ name: String) -> (found: String, prefix: String)? {
    for ending in [name, String(name.trimmingPrefix("model."))] {
      let found = tensors.keys.filter { $0.hasSuffix("." + ending) }.min()
      if let found { return (found, String(found.dropLast(ending.utf8.count))) }
    }
    return nil
  }

  /// One of embedding and output projection that an index lists and no shard holds, where the other
  /// is there: what saving a tied pair left.
  static func absentTwin(_ index: ShardIndex, _ tensors: [String: TensorEntry]) -> String? {
    [TensorName.head, TensorName.embedding].first { name in
      let other = name == TensorName.head ? TensorName.embedding : TensorName.head
      return index.shards[name] != nil && tensors[name] == nil && tensors[other] != nil
    }
  }
}
