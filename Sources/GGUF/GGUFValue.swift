// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINStorage

/// The type of a value in the metadata (`gguf_type`).
enum GGUFValueType: UInt32 {
  case uint8 = 0
  case int8 = 1
  case uint16 = 2
  case int16 = 3
  case uint32 = 4
  case int32 = 5
  case float32 = 6
  case bool = 7
  case string = 8
  case array = 9
  case uint64 = 10
  case int64 = 11
  case float64 = 12

  /// The bytes of a value, nil where they vary.
  var byteCount: Int? {
    switch self {
    case .uint8, .int8, .bool: 1
    case .uint16, .int16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    case .string, .array: nil
    }
  }

  var name: String { "\(self)" }
}

/// A value of the metadata: its type and where its bytes are in the file.
///
/// Arrays of a vocabulary's size stay where they are until somebody reads them.
struct GGUFValue {
  let type: GGUFValueType
  /// The type of an array's elements.
  let elementType: GGUFValueType?
  /// The number of an array's elements, 1 for a scalar.
  let count: Int
  /// The bytes of the value; of a string without its length, of an array without type and count.
  let range: Range<Int>

  /// Reads one value and checks all counts and lengths in it.
  init(_ cursor: inout GGUFCursor, key: String) throws {
    let type = try Self.type(&cursor, "the type of \"\(key)\"")
    self.type = type
    guard type == .array else {
      elementType = nil
      count = 1
      range = try Self.scalar(&cursor, type, key)
      return
    }
    let element = try Self.type(&cursor, "the element type of \"\(key)\"")
    guard element != .array else {
      throw cursor.failure(
        "\"\(key)\" is an array of arrays, expected an array of plain values", remedy: nil)
    }
    elementType = element
    count = try cursor.count(limit: GGUFLimits.arrayCount, "the count of \"\(key)\"")
    let start = cursor.offset
    if let size = element.byteCount {
      _ = try cursor.advance(by: count * size, "\"\(key)\"")
    } else {
      for _ in 0..<count {
        _ = try cursor.string(limit: GGUFLimits.stringByteCount, "a string of \"\(key)\"")
      }
    }
    range = start..<cursor.offset
  }

  private static func type(_ cursor: inout GGUFCursor, _ what: String) throws -> GGUFValueType {
    let start = cursor.offset
    let number = try cursor.integer(UInt32.self, what)
    guard let type = GGUFValueType(rawValue: number) else {
      throw cursor.failure("\(what) is \(number), expected 0 to 12", at: start)
    }
    return type
  }

  private static func scalar(
    _ cursor: inout GGUFCursor, _ type: GGUFValueType, _ key: String
  ) throws -> Range<Int> {
    guard let size = type.byteCount else {
      return try cursor.string(limit: GGUFLimits.stringByteCount, "\"\(key)\"")
    }
    let start = try cursor.advance(by: size, "\"\(key)\"")
    return start..<cursor.offset
  }
}
