// SPDX-License-Identifier: Apache-2.0

import SPINJSON
import SPINJobs

/// How results of `spin adapter` and `spin patch export` are printed.
enum AdapterText {
  static func text(_ adapter: LowRankAdapter) -> String {
    let configuration = adapter.configuration
    var lines = [
      "kind     \(adapter.kind)" + (configuration.usesRankStabilization ? ", rank-stabilized" : ""),
      "base     \(configuration.baseModel ?? "not named")",
      "rank     \(ranks(adapter)), alpha \(configuration.alpha), dropout \(configuration.dropout)",
      "numbers  \(adapter.parameterCount) for \(adapter.matrices.count.counted("matrix"))",
    ]
    let width = adapter.matrices.map(\.name.tensor.utf8.count).max() ?? 0
    for matrix in adapter.matrices {
      lines.append(
        "  \(Columns.padded(matrix.name.tensor, width))  rank \(matrix.rank), scale \(matrix.scale)"
      )
    }
    return lines.joined(separator: "\n")
  }

  private static func ranks(_ adapter: LowRankAdapter) -> String {
    let ranks = Set(adapter.matrices.map(\.rank)).sorted()
    guard let first = ranks.first, let last = ranks.last else { return "none" }
    return first == last ? "\(first)" : "\(first) to \(last)"
  }

  static func json(_ adapter: LowRankAdapter) -> String {
    let matrices = adapter.matrices.map { matrix -> JSON in
      [
        "tensor": .string(matrix.name.tensor), "rank": JSON(matrix.rank),
        "scale": JSON(matrix.scale),
      ]
    }
    return PatchText.text([
      "schema": "adapter/1", "tool_version": .string(SPINVersion.current),
      "kind": .string(adapter.kind.lowercased()), "sha256": JSON(adapter.digest),
      "parameters": JSON(adapter.parameterCount), "configuration": adapter.configuration.json,
      "matrices": .array(matrices),
    ])
  }

  static func text(_ adapter: LoReFT) -> String {
    let shape = adapter.shape
    let ends = shape.interventionsPerLayer == 2 ? "each end its own" : "one for all positions"
    return """
      kind     LoReFT, not mergeable
      base     \(adapter.baseModel.isEmpty ? "not named" : adapter.baseModel)
      rank     \(shape.rank), dropout \(adapter.dropout)
      places   \(shape.positions.text) behind layers \
      \(shape.layers.map(String.init).joined(separator: ", ")), \(ends)
      numbers  \(adapter.parameterCount) for \(adapter.interventions.joined().count) interventions
      """
  }

  static func json(_ adapter: LoReFT) -> String {
    PatchText.text([
      "schema": "adapter/1", "tool_version": .string(SPINVersion.current), "kind": "loreft",
      "sha256": .string(adapter.digest), "parameters": JSON(adapter.parameterCount),
      "configuration": adapter.json,
    ])
  }

  static func text(_ receipt: MergeReceipt) -> String {
    ([
      "merged   \(receipt.path)",
      "changed  \(receipt.matrixCount.counted("matrix")) in \(receipt.changedFileCount.counted("file"))",
    ] + CopyText.lines(receipt.copy)).joined(separator: "\n")
  }

  static func json(_ receipt: MergeReceipt) -> String {
    PatchText.text([
      "schema": "adapter-merge/1", "tool_version": .string(SPINVersion.current),
      "path": .string(receipt.path), "changed_matrices": JSON(receipt.matrixCount),
      "changed_files": JSON(receipt.changedFileCount),
      "copied_files": JSON(receipt.copy.fileCount),
      "was_there": .bool(receipt.copy.wasThere),
      "other_copies": CopyText.json(receipt.copy),
    ])
  }

  static func text(_ export: PatchExport, path: String) -> String {
    let rank = export.adapter.largestRank
    var lines = [
      "adapter  \(path)",
      "weights  \(export.weightCount) in \(export.adapter.matrices.count.counted("matrix"))",
      "rank     \(ranks(export.adapter)), scale 1, stored as \(export.elementType.rawValue)",
    ]
    lines.append(
      export.maxLoRARank.map { "vLLM     --max-lora-rank \($0)" }
        ?? "vLLM     cannot serve rank \(rank): it allows at most 512")
    return lines.joined(separator: "\n")
  }

  static func json(_ export: PatchExport, path: String) -> String {
    PatchText.text([
      "schema": "patch-export/1", "tool_version": .string(SPINVersion.current),
      "format": "peft-lora", "path": .string(path), "weights": JSON(export.weightCount),
      "matrices": JSON(export.adapter.matrices.count), "rank": JSON(export.adapter.largestRank),
      "dtype": .string(export.elementType.rawValue),
      "max_lora_rank": export.maxLoRARank.map { JSON($0) } ?? .null,
    ])
  }
}
