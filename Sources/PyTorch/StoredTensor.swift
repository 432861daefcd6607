// SPDX-License-Identifier: Apache-2.0

package import SPINCheckpoint
package import SPINStorage

/// A tensor of a PyTorch file: a view of a stretch of bytes.
package struct StoredTensor: Sendable {
  /// The name of the tensor.
  package let name: String
  /// The element type of the tensor.
  package let type: SafetensorsType
  /// Its sizes, outermost first; empty for a scalar.
  package let shape: [Int]
  private let strides: [Int]
  private let offset: Int
  private let isContiguous: Bool
  private let storageRange: Range<Int>

  init(name: String, tensor: PickleTensor, storageRange: Range<Int>) {
    self.name = name
    type = tensor.storage.type.type
    shape = tensor.shape
    strides = tensor.strides
    offset = tensor.offset
    isContiguous = tensor.isContiguous
    self.storageRange = storageRange
  }

  /// The number of elements.
  package var count: Int { shape.reduce(1, *) }

  /// Whether two tensors are one view of one storage, as tied embeddings are.
  package func isSameView(as other: StoredTensor) -> Bool {
    storageRange == other.storageRange && offset == other.offset && shape == other.shape
      && strides == other.strides && type == other.type && count > 0
  }

  /// The bytes of some elements in row-major order, whatever the strides are.
  package func bytes(of elements: Range<Int>, in file: MappedFile) -> [UInt8] {
    let size = type.bitCount / 8
    let start = storageRange.lowerBound + offset * size
    if isContiguous {
      let range = start + elements.lowerBound * size..<start + elements.upperBound * size
      defer { file.releasePages(range) }
      return file.bytes(range)
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(elements.count * size)
    return file.withBytes(storageRange) { storage in
      for element in elements {
        var (rest, place) = (element, offset)
        for (length, stride) in zip(shape, strides).reversed() {
          place += rest % length * stride
          rest /= length
        }
        for index in 0..<size { bytes.append(storage.byte(at: place * size + index)) }
      }
      return bytes
    }
  }
}
