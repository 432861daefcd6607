// SPDX-License-Identifier: Apache-2.0

public import SPINStorage

/// A tensor of a checkpoint: its type, its shape and where its bytes are.
public struct TensorEntry: Sendable {
  /// The name of the tensor.
  public let name: String
  /// Its sizes, outermost first; empty for a scalar.
  public let shape: [Int]
  /// The file that holds it.
  public let file: MappedFile
  /// Its bytes in the file; they need not be aligned.
  public let byteRange: Range<Int>
  /// Its element type, which may be one that we only pass through.
  package let type: SafetensorsType

  package init(
    name: String, type: SafetensorsType, shape: [Int], file: MappedFile, byteRange: Range<Int>
  ) {
    self.name = name
    self.type = type
    self.shape = shape
    self.file = file
    self.byteRange = byteRange
  }

  /// The element type as the file spells it, such as "BF16" or "F8_E4M3".
  public var elementTypeName: String { type.rawValue }
  /// The element type, nil for one that SPIN does not compute on.
  public var elementType: ElementType? { ElementType(rawValue: type.rawValue) }
  /// The number of elements.
  public var count: Int { shape.reduce(1, *) }
}
