// SPDX-License-Identifier: Apache-2.0

import CKernels
public import SPINStorage

/// A weight matrix `[out, in]`, read in place: in a mapped checkpoint or in memory.
public struct WeightMatrix: Sendable {
  /// Its name in the checkpoint.
  public let name: String
  /// How its elements are stored.
  public let elementType: ElementType
  /// Rows: the outputs of the layer.
  public let rows: Int
  /// Columns: the inputs of the layer.
  public let columns: Int

  private enum Source: Sendable {
    case file(MappedFile, offset: Int)
    case memory(FloatBuffer)
  }
  private let source: Source

  /// A matrix of a mapped file; traps if it does not lie inside.
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

  /// A Float32 matrix in memory.
  public init(name: String, values: FloatBuffer, rows: Int, columns: Int) {
    precondition(values.count == rows * columns, "values do not fill the shape")
    self.name = name
    elementType = .float32
    self.rows = rows
    self.columns = columns
    source = .memory(values)
  }

  /// Which numbers these are, for a device that keeps copies: where two are equal, the numbers are.
  ///
  /// What a device itself writes into its own memory is not counted: it keeps no copy of that.
  public struct Identity: Sendable, Hashable {
    let memory: MemoryIdentity
    let version, offset, byteCount: Int
  }

  /// Which numbers these are now; an edit of the mapping or of the memory changes it.
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

  /// Where it is: in memory of the program, as a file's pages do, or in a device's.
  public var place: MemoryPlace {
    switch source {
    case .file: .host
    case .memory(let values): values.place
    }
  }

  /// The mapping that it is in; nil for a matrix in memory.
  package var mapping: MappedFile? {
    guard case .file(let file, _) = source else { return nil }
    return file
  }

  /// The memory that it is in; nil for a matrix of a file.
  package var buffer: FloatBuffer? {
    guard case .memory(let values) = source else { return nil }
    return values
  }

  /// The file that it is in and the range of its bytes there, for a device that reads it by itself; nil for a
  /// matrix in memory.
  public var fileRange: (path: String, bytes: Range<Int>)? {
    guard case .file(let file, let offset) = source else { return nil }
    return (file.path, offset..<offset + rows * columns * elementType.byteCount)
  }

  /// Lets the system drop its pages; they are read again when touched.
  public func releasePages() {
    if case .file(let file, let offset) = source {
      file.releasePages(offset..<offset + rows * columns * elementType.byteCount)
    }
  }

  /// The elements of some rows, widened to Float32.
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

  /// The element at a row and column; valid as long as the matrix is.
  @unsafe func pointer(row: Int, column: Int = 0) -> UnsafeRawPointer {
    let offset = (row * columns + column) * elementType.byteCount
    switch source {
    case .file(let file, let start): return unsafe file.pointer(at: start + offset)
    case .memory(let values): return unsafe UnsafeRawPointer(values.base) + offset
    }
  }
}
