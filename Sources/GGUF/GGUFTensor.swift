// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// A tensor of a GGUF file: what it is and where its bytes are.
public struct GGUFTensor: Sendable {
  /// Its name, as `blk.0.attn_q.weight`.
  public let name: String
  /// Its sizes, outermost first: `[rows, columns]` (the file stores them the other way round).
  public let shape: [Int]
  /// How its elements are stored.
  public let type: GGMLType
  /// Its bytes in the file.
  public let byteRange: Range<Int>

  /// The number of elements.
  public var count: Int { shape.reduce(1, *) }
  /// The elements of a row: those that follow one another in the file.
  public var columnCount: Int { shape.last ?? 1 }
  /// The number of rows.
  public var rowCount: Int { shape.dropLast().reduce(1, *) }
  /// The bytes of a row.
  public var rowByteCount: Int {
    columnCount / type.block.elementCount * type.block.byteCount
  }
}

/// A tensor as the header describes it, before the offset of the data is known.
struct GGUFTensorInfo {
  let name: String
  let shape: [Int]
  let type: GGMLType
  let byteCount: Int
  let dataOffset: UInt64

  init(_ cursor: inout GGUFCursor) throws {
    name = try cursor.name("the name of a tensor")
    let what = "tensor \"\(name)\""
    let dimensionCount = try cursor.integer(UInt32.self, "the number of dimensions of \(what)")
    guard 1...UInt32(GGUFLimits.dimensionCount) ~= dimensionCount else {
      throw cursor.failure(
        "\(what) has \(dimensionCount) dimensions, expected 1 to \(GGUFLimits.dimensionCount)")
    }
    var sizes: [Int] = []
    var count = 1
    for _ in 0..<dimensionCount {
      let size = try cursor.count(limit: 1 << 40, "a dimension of \(what)")
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard size > 0, !overflow, product <= 1 << 48 else {
        throw cursor.failure(
          "\(what) has a dimension of \(size) after \(sizes), expected positive sizes whose product "
            + "is at most 2^48")
      }
      sizes.append(size)
      count = product
    }
    let number = try cursor.integer(UInt32.self, "the type of \(what)")
    guard let type = GGMLType(rawValue: number) else {
      throw cursor.failure(
        "\(what) has the type \(number), which is none that is known",
        remedy: "the file is damaged, or newer than this version of spin")
    }
    let block = type.block
    guard sizes[0] % block.elementCount == 0 else {
      throw cursor.failure(
        "\(what) has rows of \(sizes[0]) elements, \(type.name) needs a multiple of "
          + "\(block.elementCount)")
    }
    byteCount = count / block.elementCount * block.byteCount
    shape = sizes.reversed()
    self.type = type
    dataOffset = try cursor.integer(UInt64.self, "the offset of \(what)")
  }
}
