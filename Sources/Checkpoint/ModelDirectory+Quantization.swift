// SPDX-License-Identifier: Apache-2.0

import SPINErrors

extension ModelDirectory {
  /// Refuses checkpoints whose matrices are not stored as plain numbers, by what they are.
  ///
  /// Such a checkpoint opens, so that it can be looked at; it cannot be computed on or edited: a
  /// stored number is not a weight there.
  ///
  /// - Throws: `SPINError` with code `malformedInput` that names the scheme and a tensor.
  public func requirePlainWeights() throws {
    guard let (scheme, name) = quantization else { return }
    throw SPINError(
      .malformedInput, at: path, "holds \(scheme) weights (\"\(name)\"), not plain numbers",
      remedy: "use the checkpoint that it was made from, in F32, F16 or BF16")
  }

  /// The scheme of a quantized checkpoint and a tensor that shows it, nil where weights are plain.
  package var quantization: (scheme: String, tensor: String)? {
    for name in tensors.keys.sorted() {
      guard let entry = tensors[name] else { continue }
      let stem = name.split(separator: ".").dropLast().joined(separator: ".")
      if name.hasSuffix(".qweight") || name.hasSuffix(".qzeros") {
        return ("GPTQ or AWQ quantized", name)
      }
      if name.hasSuffix(".weight_packed") { return ("packed (compressed-tensors)", name) }
      if name.hasSuffix("_scale_inv") { return ("FP8 block-scaled", name) }
      if entry.type == .uint32, name.hasSuffix(".weight"), tensors[stem + ".scales"] != nil {
        return ("MLX-quantized", name)
      }
      if name.hasSuffix(".weight.absmax") || name.contains(".quant_state.") {
        return ("bitsandbytes quantized", name)
      }
      switch entry.type {
      case .float8E4M3, .float8E5M2, .float8E4M3FNUZ, .float8E5M2FNUZ, .float8E8M0, .float4,
        .float6E2M3, .float6E3M2:
        return (entry.elementTypeName, name)
      default: break
      }
    }
    return nil
  }
}
