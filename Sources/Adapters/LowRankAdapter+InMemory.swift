// SPDX-License-Identifier: Apache-2.0

public import SPINCheckpoint
public import SPINExecution
import SPINJSON
import SPINKernels
import SPINStorage

extension LowRankAdapter {
  /// A model with this adapter merged into it, in memory: the files and the given value are left unchanged.
  ///
  /// It computes with the very bits that `merge` writes. The pages of the changed matrices are memory of this
  /// process as long as the result is used.
  ///
  /// - Throws: `SPINError` where the adapter belongs to another model, or would make weights that are no finite
  ///   numbers.
  public func edited(
    _ model: ModelDirectory, on execution: Execution = Execution(threads: 1)
  ) throws -> ModelDirectory {
    let device = execution.open()
    let parts = try merged(in: model)
    return try model.edited(parts.map(\.entry.name)) { overlay in
      for part in parts {
        try part.matrix.forEachBlock(on: device) { try overlay(part.entry.name, $0, $1) }
      }
    }
  }

  /// A digest of the adapter's files; of one that was made here, of its numbers.
  public var editDigest: String { digest ?? contentDigest }

  /// The SHA-256 of configuration and numbers.
  private var contentDigest: String {
    var bytes = Array(configuration.json.serialized(indented: false).utf8)
    let device = Execution(threads: 1).open()
    for matrix in matrices {
      for part in [matrix.a, matrix.b] { bytes += device.encoded(part, as: .float32) }
      if let magnitude = matrix.magnitude {
        bytes += device.encoded(
          MatrixView(magnitude, rows: 1, columns: magnitude.count), as: .float32)
      }
    }
    return FileDigest.sha256(bytes)
  }
}
