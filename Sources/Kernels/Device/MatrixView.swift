// SPDX-License-Identifier: Apache-2.0

public import SPINStorage

/// A row-major Float32 matrix `[rows, columns]` in a buffer.
public struct MatrixView: Sendable {
  /// The buffer that contains the matrix.
  public let buffer: FloatBuffer
  /// The offset of the first element in the buffer, in elements.
  public let offset: Int
  /// The number of rows; one per token for activations.
  public let rows: Int
  /// The number of columns.
  public let columns: Int
  /// The distance between the beginnings of consecutive rows, in elements.
  public let stride: Int

  /// A view of part of a buffer; traps if the view extends beyond it.
  ///
  /// A stride of 0 repeats one row; such a view is for reading only.
  public init(_ buffer: FloatBuffer, offset: Int = 0, rows: Int, columns: Int, stride: Int? = nil) {
    let stride = stride ?? columns
    precondition(rows >= 0 && columns >= 0 && offset >= 0, "negative shape")
    precondition(stride >= columns || stride == 0, "rows overlap")
    precondition(
      rows == 0 || offset + (rows - 1) * stride + columns <= buffer.count, "view outside its buffer"
    )
    self.buffer = buffer
    self.offset = offset
    self.rows = rows
    self.columns = columns
    self.stride = stride
  }

  /// A matrix of zeros in a new buffer.
  public init(rows: Int, columns: Int) {
    self.init(FloatBuffer(count: rows * columns), rows: rows, columns: columns)
  }

  /// A matrix with the given elements, row by row, in a new buffer; traps unless they fill the
  /// shape.
  public init(_ values: [Float], rows: Int, columns: Int) {
    precondition(values.count == rows * columns, "values do not fill the shape")
    self.init(FloatBuffer(values), rows: rows, columns: columns)
  }

  /// A view of the rows in `range`; traps if they are not all in the matrix.
  public func rows(_ range: Range<Int>) -> MatrixView {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows outside the matrix")
    return MatrixView(
      buffer, offset: offset + range.lowerBound * stride, rows: range.count, columns: columns,
      stride: stride)
  }

  /// A view that repeats the only row without copying it, for reading only; traps unless there is
  /// one row.
  public func repeated(_ count: Int) -> MatrixView {
    precondition(rows == 1, "only one row can be repeated")
    return MatrixView(buffer, offset: offset, rows: count, columns: columns, stride: 0)
  }

  /// The element at a row and column; traps outside the matrix.
  public subscript(row: Int, column: Int) -> Float {
    get { buffer[index(row, column)] }
    nonmutating set { buffer[index(row, column)] = newValue }
  }

  /// A copy of all elements, row by row.
  public var values: [Float] {
    (0..<rows).flatMap { row in
      buffer.values(offset + row * stride..<offset + row * stride + columns)
    }
  }

  private func index(_ row: Int, _ column: Int) -> Int {
    precondition(row >= 0 && row < rows && column >= 0 && column < columns, "outside the matrix")
    return offset + row * stride + column
  }

  /// A pointer to the first element of a row.
  @unsafe func pointer(row: Int = 0) -> UnsafeMutablePointer<Float> {
    unsafe buffer.base + (offset + row * stride)
  }
}
