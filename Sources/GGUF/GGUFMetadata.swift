// SPDX-License-Identifier: Apache-2.0

package import SPINErrors
import SPINStorage

/// The key-value pairs of a GGUF file, with typed access.
public struct GGUFMetadata: Sendable {
  private let file: MappedFile
  private let values: [String: GGUFValue]
  /// The keys in the order of the file.
  public let keys: [String]

  init(_ cursor: inout GGUFCursor, count: Int) throws {
    var values: [String: GGUFValue] = [:]
    var keys: [String] = []
    for _ in 0..<count {
      let start = cursor.offset
      let key = try cursor.name("a key")
      let value = try GGUFValue(&cursor, key: key)
      guard values.updateValue(value, forKey: key) == nil else {
        throw cursor.failure("the key \"\(key)\" occurs twice", at: start)
      }
      keys.append(key)
    }
    file = cursor.file
    self.values = values
    self.keys = keys
  }

  /// Whether a key is there.
  public func contains(_ key: String) -> Bool { values[key] != nil }

  /// Whether the value of a key is an array.
  package func isArray(_ key: String) -> Bool { values[key]?.type == .array }

  /// A string, nil where the key is absent.
  ///
  /// - Throws: `SPINError` where the value is no string or not UTF-8; likewise below.
  public func string(_ key: String) throws -> String? {
    guard let value = values[key] else { return nil }
    guard value.type == .string else { throw mismatch(key, value, "a string") }
    guard let text = String(validating: file.bytes(value.range), as: UTF8.self) else {
      throw failure(key, "is not UTF-8", remedy: "the file is damaged - download it again")
    }
    return text
  }

  /// An integer of any width, nil where the key is absent.
  public func integer(_ key: String) throws -> Int? {
    guard let value = values[key] else { return nil }
    guard value.type != .array, let numbers = integers(value), let number = numbers.first else {
      throw mismatch(key, value, "an integer")
    }
    return number
  }

  /// A number of either width, or an integer; nil where the key is absent.
  ///
  /// A Float32 becomes the shortest decimal that rounds to it: 9.99999975e-06 is 1e-05.
  public func number(_ key: String) throws -> Double? {
    guard let value = values[key] else { return nil }
    switch value.type {
    case .float32: return Double("\(float32(value, 0))")
    case .float64: return Double(bitPattern: word(value, 0))
    case .array, .string, .bool: throw mismatch(key, value, "a number")
    default: return try integer(key).map(Double.init)
    }
  }

  /// A truth value, nil where the key is absent.
  public func bool(_ key: String) throws -> Bool? {
    guard let value = values[key] else { return nil }
    guard value.type == .bool else { throw mismatch(key, value, "a truth value") }
    return file.withBytes(value.range) { $0.byte(at: 0) } != 0
  }

  /// An array of integers, nil where the key is absent.
  public func integers(_ key: String) throws -> [Int]? {
    guard let value = values[key] else { return nil }
    guard value.type == .array, let numbers = integers(value) else {
      throw mismatch(key, value, "an array of integers")
    }
    return numbers
  }

  /// An array of Float32, nil where the key is absent.
  public func floats(_ key: String) throws -> [Float]? {
    guard let value = values[key] else { return nil }
    guard value.type == .array, value.elementType == .float32 else {
      throw mismatch(key, value, "an array of float32")
    }
    return (0..<value.count).map { float32(value, $0) }
  }

  /// An array of strings as bytes of valid UTF-8, nil where the key is absent.
  public func strings(_ key: String) throws -> [[UInt8]]? {
    guard let value = values[key] else { return nil }
    guard value.type == .array, value.elementType == .string else {
      throw mismatch(key, value, "an array of strings")
    }
    var strings: [[UInt8]] = []
    strings.reserveCapacity(value.count)
    // Lengths were checked when the header was read.
    var offset = value.range.lowerBound
    for index in 0..<value.count {
      let length = Int(file.withBytes(offset..<offset + 8) { $0.littleEndian(UInt64.self, at: 0) })
      let bytes = file.bytes(offset + 8..<offset + 8 + length)
      guard String(validating: bytes, as: UTF8.self) != nil else {
        throw failure(key, "holds at index \(index) a string that is not UTF-8")
      }
      strings.append(bytes)
      offset += 8 + length
    }
    return strings
  }

  /// An error about a key.
  package func failure(
    _ key: String, _ message: String, code: SPINError.Code = .malformedInput, remedy: String? = nil
  ) -> SPINError {
    SPINError(code, at: "\(file.path): key \"\(key)\"", message, remedy: remedy)
  }

  private func mismatch(_ key: String, _ value: GGUFValue, _ expected: String) -> SPINError {
    let found = value.elementType.map { "an array of \($0.name)" } ?? "of type \(value.type.name)"
    return failure(key, "is \(found), expected \(expected)")
  }

  private func integers(_ value: GGUFValue) -> [Int]? {
    let type = value.elementType ?? value.type
    return file.withBytes(value.range) { bytes in
      var numbers: [Int] = []
      numbers.reserveCapacity(value.count)
      for index in 0..<value.count {
        let number: Int? =
          switch type {
          case .uint8: Int(bytes.littleEndian(UInt8.self, at: index))
          case .int8: Int(bytes.littleEndian(Int8.self, at: index))
          case .uint16: Int(bytes.littleEndian(UInt16.self, at: 2 * index))
          case .int16: Int(bytes.littleEndian(Int16.self, at: 2 * index))
          case .uint32: Int(bytes.littleEndian(UInt32.self, at: 4 * index))
          case .int32: Int(bytes.littleEndian(Int32.self, at: 4 * index))
          case .uint64: Int(exactly: bytes.littleEndian(UInt64.self, at: 8 * index))
          case .int64: Int(bytes.littleEndian(Int64.self, at: 8 * index))
          case .float32, .float64, .bool, .string, .array: nil
          }
        guard let number else { return nil }
        numbers.append(number)
      }
      return numbers
    }
  }

  private func float32(_ value: GGUFValue, _ index: Int) -> Float {
    file.withBytes(value.range) {
      Float(bitPattern: $0.littleEndian(UInt32.self, at: 4 * index))
    }
  }

  private func word(_ value: GGUFValue, _ index: Int) -> UInt64 {
    file.withBytes(value.range) { $0.littleEndian(UInt64.self, at: 8 * index) }
  }
}
