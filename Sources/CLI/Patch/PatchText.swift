// SPDX-License-Identifier: Apache-2.0

import SPINJSON
import SPINJobs

/// How results of `spin patch` are printed.
enum PatchText {
  static func text(_ receipt: PatchReceipt, _ direction: PatchDirection) -> String {
    var text =
      "\(direction == .apply ? "patched" : "reverted")  \(receipt.path)\n"
      + "changed  \(receipt.changedCount.counted("weight")) in \(receipt.changedFileCount.counted("file"))"
    if let patch = receipt.enclosedPatch { text += "\npatch    \(receipt.path)/\(patch)" }
    if let copy = receipt.copy { text += "\n" + CopyText.lines(copy).joined(separator: "\n") }
    if receipt.finishesInterrupted { text += "\nfinished an edit that was interrupted" }
    return text
  }

  static func json(_ receipt: PatchReceipt, _ direction: PatchDirection) -> String {
    text([
      "schema": "patch-result/1", "tool_version": .string(SPINVersion.current),
      "action": .string(direction.rawValue), "path": .string(receipt.path),
      "changed_weights": JSON(receipt.changedCount),
      "changed_files": JSON(receipt.changedFileCount),
      "copied_files": (receipt.copy?.fileCount).map { JSON($0) } ?? .null,
      "shared_files": (receipt.copy?.sharedCount).map { JSON($0) } ?? .null,
      "other_copies": CopyText.json(receipt.copy),
      "enclosed_patch": JSON(receipt.enclosedPatch),
      "was_there": .bool(receipt.copy?.wasThere ?? false),
      "finished_interrupted": .bool(receipt.finishesInterrupted),
    ])
  }

  static func text(_ found: PatchVerification, _ patch: Patch) -> String {
    var lines = [
      "state    \(found.state.rawValue)",
      "weights  \(found.newCount) with new bits, \(found.oldCount) with old, "
        + "\(found.otherCount) with others, of \(patch.weightCount)",
    ]
    if patch.unchangedCount > 0 {
      lines.append("         \(patch.unchangedCount) have the same bits before and after")
    }
    if let first = found.firstOther { lines.append("first    \(first)") }
    if let matches = found.matchesBase {
      let files =
        matches
        ? "those of the base model"
        : found.matchesPatched == true ? "those of the patched model" : "others"
      lines.append("files    \(files), by SHA-256")
    }
    return lines.joined(separator: "\n")
  }

  static func json(_ found: PatchVerification, _ patch: Patch) -> String {
    text([
      "schema": "patch-verification/1", "tool_version": .string(SPINVersion.current),
      "state": .string(found.state.rawValue), "weights": JSON(patch.weightCount),
      "unchanged": JSON(patch.unchangedCount), "old": JSON(found.oldCount),
      "new": JSON(found.newCount), "other": JSON(found.otherCount),
      "first_other": JSON(found.firstOther),
      "files_match_base": found.matchesBase.map { .bool($0) } ?? .null,
      "files_match_patched": found.matchesPatched.map { .bool($0) } ?? .null,
    ])
  }

  static func text(_ patch: Patch) -> String {
    var lines = [
      "base     \(patch.base.name ?? "unnamed model"), hash \(patch.base.modelHash)"
        + (patch.base.origin.map { "\n         \($0)" } ?? ""),
      "made by  spin \(patch.toolVersion)",
      "weights  \(patch.weightCount) in \(patch.tensors.count.counted("tensor"))"
        + (patch.scale.map { ", multiplied by \($0)" } ?? ""),
    ]
    if patch.unchangedCount > 0 {
      lines.append("         \(patch.unchangedCount) have the same bits before and after")
    }
    lines += ProvenanceText.lines(patch.provenance)
    let width = patch.tensors.map(\.name.utf8.count).max() ?? 0
    for tensor in patch.tensors {
      lines.append(
        "  \(Columns.padded(tensor.name, width))  \(tensor.indices.count) of "
          + "\(tensor.elementType.rawValue) \(tensor.shape)")
    }
    return lines.joined(separator: "\n")
  }

  /// Without the newline that `print` adds.
  static func text(_ json: JSON) -> String { String(json.serialized().dropLast()) }
}

/// How the result of `spin patch diff` is printed.
struct DifferenceText {
  let difference: CheckpointDifference
  let shown: Int

  var text: String {
    if difference.isEmpty { return "the checkpoints hold the same tensors with the same bits" }
    var lines = [
      "\(difference.count) elements differ in \(difference.tensors.count.counted("tensor"))"
    ]
    for tensor in difference.tensors {
      lines.append(
        "\(tensor.name)  \(tensor.elementTypeName) \(tensor.shape): \(tensor.count)")
      let values = difference.values(of: tensor, first: shown)
      for (index, first, second) in values {
        let place = Self.coordinates(of: index, in: tensor.shape).map(String.init)
        lines.append("  [\(place.joined(separator: ", "))]  \(first) -> \(second)")
      }
      if tensor.count > values.count, !values.isEmpty {
        lines.append("  and \(tensor.count - values.count) more")
      }
    }
    lines += difference.mismatches.map { "\($0.name)  \($0.first) against \($0.second)" }
    lines += difference.onlyInFirst.map { "only in the first: \($0)" }
    lines += difference.onlyInSecond.map { "only in the second: \($0)" }
    return lines.joined(separator: "\n")
  }

  /// The indices of an element (row, column, and any further ones), counted from 0.
  private static func coordinates(of index: Int, in shape: [Int]) -> [Int] {
    var rest = index
    return shape.reversed().map { size in
      defer { rest /= max(size, 1) }
      return rest % max(size, 1)
    }.reversed()
  }

  var json: String {
    let tensors = difference.tensors.map { tensor -> JSON in
      let values = difference.values(of: tensor, first: shown).map { index, first, second -> JSON in
        [
          "index": JSON(index),
          "coordinates": .array(Self.coordinates(of: index, in: tensor.shape).map { JSON($0) }),
          "first": JSON(Double(first)), "second": JSON(Double(second)),
        ]
      }
      return [
        "tensor": .string(tensor.name), "dtype": .string(tensor.elementTypeName),
        "shape": .array(tensor.shape.map { JSON($0) }), "count": JSON(tensor.count),
        "shown": .array(values),
      ]
    }
    let mismatches = difference.mismatches.map { mismatch -> JSON in
      [
        "tensor": .string(mismatch.name), "first": .string(mismatch.first),
        "second": .string(mismatch.second),
      ]
    }
    return PatchText.text([
      "schema": "difference/1", "tool_version": .string(SPINVersion.current),
      "is_equal": .bool(difference.isEmpty), "count": JSON(difference.count),
      "tensors": .array(tensors), "mismatches": .array(mismatches),
      "only_in_first": .array(difference.onlyInFirst.map { .string($0) }),
      "only_in_second": .array(difference.onlyInSecond.map { .string($0) }),
    ])
  }
}

/// Sets text in columns.
enum Columns {
  /// The widest that a column gets.
  ///
  /// A longer cell is shown whole and moves what follows it; were all others padded
  /// to it, a name of a megabyte would make gigabytes.
  static let widest = 120

  static func padded(_ text: String, _ width: Int) -> String {
    text + padding(text, width)
  }

  /// The spaces that a text lacks of a column's width.
  static func padding(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, min(width, widest) - text.utf8.count))
  }
}
