// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINStorage

/// A tensor of the checkpoint to be written, and where its elements come from.
struct ImportedTensor {
  /// Its name in the checkpoint.
  let name: String
  /// Its element type in the checkpoint.
  let type: SafetensorsType
  /// Its sizes, outermost first.
  let shape: [Int]
  /// What is read at once at the least: the elements of a row.
  let columnCount: Int
  /// The number of rows.
  let rowCount: Int
  /// The bytes of some rows in the checkpoint's type; called from several threads at once.
  let rows: @Sendable (Range<Int>) throws -> [UInt8]

  /// The bytes of the tensor in the checkpoint.
  var byteCount: Int { type.byteCount(shape: shape) ?? 0 }
}
