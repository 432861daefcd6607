// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJSON
import SPINJobs

/// What a copy of a model holds besides the model; shared by the commands that write one.
struct CopyOptions: ParsableArguments {
  @Flag(
    help: ArgumentHelp(
      """
      Also copy other copies of the weights, such as pytorch_model.bin or *.gguf. They are not \
      edited, and the copy's model card warns of them.
      """))
  var keepOtherCopies = false
}

/// How it is said what was copied.
enum CopyText {
  static func lines(_ receipt: CopyReceipt) -> [String] {
    [
      receipt.wasThere
        ? "nothing  was written: the folder holds these very files already"
        : "copied   \(receipt.fileCount.counted("file")), \(receipt.sharedCount) share their bytes"
    ] + otherCopies(receipt)
  }

  /// A line where there are other copies of the weights.
  static func otherCopies(_ receipt: CopyReceipt) -> [String] {
    let copies = receipt.otherCopies
    guard !copies.isEmpty else { return [] }
    let size = ByteCount.text(copies.reduce(0) { $0 + $1.byteCount })
    let shown = copies.prefix(5).map { $0.path }.joined(separator: ", ")
    let names = copies.count > 5 ? "\(shown) and \(copies.count - 5) more" : shown
    return receipt.keepsOtherCopies
      ? ["kept     \(names) (\(size)), other copies of the weights, which are not edited"]
      : [
        "left out \(names) (\(size)), other copies of the weights, which are not edited; "
          + "--keep-other-copies copies them"
      ]
  }

  /// The other copies, for machines.
  static func json(_ receipt: CopyReceipt?) -> JSON {
    guard let receipt else { return .null }
    return .array(
      receipt.otherCopies.map {
        [
          "path": .string($0.path), "bytes": JSON($0.byteCount), "format": .string($0.reason),
          "copied": .bool(receipt.keepsOtherCopies),
        ]
      })
  }
}
