// SPDX-License-Identifier: Apache-2.0

import SPINJobs

/// An import in words and as JSON.
enum ModelImportText {
  /// "GGUF, Q4_1 210, F32 61, Q8_0 1 -> BF16: 135 million weights, 269 MB in 1 file".
  static func plan(_ plan: ModelImport.Plan) -> String {
    let target = plan.elementType?.rawValue ?? "as stored"
    let files = plan.shardCount.counted("file")
    return
      "\(plan.format) (\(plan.encodings)) to safetensors (\(target)): \(plan.tensorCount.counted("tensor")), "
      + "\(Decimals.text(Double(plan.weightCount) / 1e6, 1)) million weights, "
      + "\(ByteCount.text(plan.byteCount)) in \(files)"
  }

  static func text(_ plan: ModelImport.Plan, _ origin: ModelOrigin, _ out: String) -> String {
    let files = plan.shardCount.counted("file")
    return
      "wrote \(out): \(plan.tensorCount.counted("tensor")), \(ByteCount.text(plan.byteCount)) in \(files)\n"
      + "\(origin.statement)\n"
      + "next: spin inspect \(ShellText.quoted(out))"
  }

  static func json(_ plan: ModelImport.Plan, _ origin: ModelOrigin, _ out: String) -> String {
    let json: JSON = [
      "model": .string(out), "format": .string(plan.format), "tensors": JSON(plan.tensorCount),
      "weights": JSON(plan.weightCount), "bytes": JSON(plan.byteCount),
      "files": JSON(plan.shardCount), "origin": .object(origin.json),
    ]
    return String(json.serialized().dropLast())
  }
}
