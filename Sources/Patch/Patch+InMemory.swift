// SPDX-License-Identifier: Apache-2.0

public import SPINCheckpoint
import SPINStorage

extension Patch {
  /// A model with this patch, in memory: the files and the given value are left unchanged.
  ///
  ///     let edited = try patch.edited(model)      // decoders of `edited` compute with the patch
  ///
  /// - Throws: `SPINError` with code `checkFailed` where a weight has other bits than the patch says.
  public func edited(_ model: ModelDirectory) throws -> ModelDirectory {
    try requireStart(model, .apply, isInMemory: true)
    return try model.edited(tensors.map(\.name)) { overlay in
      for tensor in tensors {
        let start = try entry(of: tensor, in: model).byteRange.lowerBound
        let size = tensor.elementType.byteCount
        for position in tensor.indices.indices {
          try overlay(
            tensor.name, tensor.elementType.bytes(ofBits: tensor.new[position]),
            start + tensor.indices[position] * size)
        }
      }
    }
  }
}
