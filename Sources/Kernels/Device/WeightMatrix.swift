// SPDX-License-Identifier: Apache-2.0

import CKernels
public import SPINStorage

/// A weight matrix `[out, in]`, read in place from a mapped checkpoint or from memory.
public struct WeightMatrix: Sendable {
  /// The tensor's name in the checkpoint.
  public let name: String
  /// The type in which the elements are stored.
  public let elementType: ElementType
  /// The number of rows, one per output of the layer.
  public let rows: Int
  /// The number of columns, one per input of the layer.
  public let columns: Int

  private enum Source: Sendable {
    case file(MappedFile, offset: Int)
    case memory(FloatBuffer)
  }
  private let source: Source

  /// A matrix of a mapped file at a byte offset; traps if it extends beyond the file.
  public init(
    name: String, file: MappedFile, offset: Int, elementType: ElementType, rows: Int, columns: Int
  ) {
    precondition(
      offset >= 0 && offset + rows * columns * elementType.byteCount <= file.byteCount,
      "matrix outside its file")
    self.name = name
    self.elementType = elementType
    self.rows = rows
    self.columns = columns
    source = .file(file, offset: offset)
  }

  /// A Float32 matrix in memory; traps unless `values` fill the shape.
  public init(name: String, values: FloatBuffer, rows: Int, columns: Int) {
    precondition(values.count == rows * columns, "values do not fill the shape")
    self.name = name
    elementType = .float32
    self.rows = rows
    self.columns = columns
    source = .memory(values)
  }

  /// A key under which a device can cache a copy: equal identities mean equal elements.
  ///
  /// Writes of a device to its own memory do not change the identity, since a device does not copy
  /// its own memory.
  public struct Identity: Sendable, Hashable {
    let memory: MemoryIdentity
    let version, offset, byteCount: Int
  }

  /// The present identity; an edit of the mapping or of the memory changes it.
  public var identity: Identity {
    let byteCount = rows * columns * elementType.byteCount
    return switch source {
    case .file(let file, let offset):
      Identity(
        memory: file.identity, version: file.version, offset: offset, byteCount: byteCount)
    case .memory(let values):
      Identity(memory: values.identity, version: values.version, offset: 0, byteCount: byteCount)
    }
  }

  /// Whether the elements are in host memory, as the pages of a file are, or in a device's memory.
  public var place: MemoryPlace {
    switch source {
    case .file: .host
    case .memory(let values): values.place
    }
  }

  /// The mapped file that contains the matrix; nil for a matrix in memory.
  package var mapping: MappedFile? {
    guard case .file(let file, _) = source else { return nil }
    return file
  }

  /// The buffer that contains the matrix; nil for a matrix of a file.
  package var buffer: FloatBuffer? {
    guard case .memory(let values) = source else { return nil }
    return values
  }

  /// The file that contains the matrix and its range of bytes there, for a device that reads files
  /// by itself; nil for a matrix in memory.
  public var fileRange: (path: String, bytes: Range<Int>)? {
    guard case .file(let file, let offset) = source else { return nil }
    return (file.path, offset..<offset + rows * columns * elementType.byteCount)
  }

  /// Lets the operating system drop the pages of a mapped matrix, which are read again when
  /// accessed; does nothing for a matrix in memory.
  public func releasePages() {
    if case .file(let file, let offset) = source {
      file.releasePages(offset..<offset + rows * columns * elementType.byteCount)
    }
  }

  /// The elements of some rows, widened to Float32; traps for a matrix in a device's memory.
  public func values(rows range: Range<Int>) -> [Float] {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows outside the matrix")
    precondition(place == .host, "a device's memory: download it")
    let result = FloatBuffer(count: range.count * columns)
    let kernels = unsafe KernelSet.inUse.table.pointee
    unsafe kernels.widen(code, pointer(row: range.lowerBound), result.count, result.base)
    return result.values
  }

  var code: Int32 {
    switch elementType {
    case .float32: Int32(SPIN_F32.rawValue)
    case .float16: Int32(SPIN_F16.rawValue)
    case .bfloat16: Int32(SPIN_BF16.rawValue)
    }
  }

  /// A pointer to the element at a row and column; valid as long as the matrix.
  @unsafe func pointer(row: Int, column: Int = 0) -> UnsafeRawPointer {
    let offset = (row * columns + column) * elementType.byteCount
    switch source {
    case .file(let file, let start): return unsafe file.pointer(at: start + offset)
    case .memory(let values): return unsafe UnsafeRawPointer(values.base) + offset
    }
  }
}
