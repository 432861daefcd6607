// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import SPINGGUF
import SPINTestSupport
import Testing

/// The header of GGUF files, well-formed and hostile.
struct GGUFFileTests {
  private static let path = Fixture.root + "/gguf/llama.gguf"

  @Test func headerOfThePackagesWriterIsRead() throws {
    let file = try GGUFFile(path: Self.path)
    #expect(file.version == 3)
    #expect(try file.metadata.string("general.architecture") == "llama")
    #expect(try file.metadata.number("llama.attention.layer_norm_rms_epsilon") == 1e-5)
    #expect(try file.metadata.strings("tokenizer.ggml.tokens")?.first == Array("<|end|>".utf8))
    #expect(try file.metadata.integers("tokenizer.ggml.token_type")?.prefix(4) == [3, 3, 4, 1])
    let tensor = try #require(file.tensors.first { $0.name == "blk.0.ffn_down.weight" })
    #expect(tensor.type == .f32)
    #expect(tensor.rowCount * tensor.columnCount * 4 == tensor.byteRange.count)
  }

  /// A change of the bytes and what the error has to say.
  struct Damage: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let expected: String
    let change: @Sendable (inout [UInt8]) -> Void

    init(_ name: String, _ expected: String, _ change: @escaping @Sendable (inout [UInt8]) -> Void)
    {
      (testDescription, self.expected, self.change) = (name, expected, change)
    }
  }

  static let damages = [
    Damage("empty", "takes 4 bytes") { $0 = [] },
    Damage("magic", "does not begin with") { $0[0] = 0x47 ^ 1 },
    Damage("version 1", "version 1") { $0[4] = 1 },
    Damage("version 9", "version 9") { $0[4] = 9 },
    Damage("big-endian", "big-endian") { $0.replaceSubrange(4..<8, with: [0, 0, 0, 3]) },
    Damage("tensors", "number of tensors is") {
      $0.replaceSubrange(8..<16, with: [UInt8](repeating: 255, count: 8))
    },
    Damage("keys", "number of keys is") {
      $0.replaceSubrange(16..<24, with: [0, 0, 2, 0, 0, 0, 0, 0])
    },
    Damage("key length", "the length of a key is") { $0[31] = 128 },
    Damage("no key", "is not UTF-8") {
      $0.replaceSubrange(24..<32, with: [UInt8](repeating: 0, count: 8))
    },
    Damage("key not UTF-8", "is not UTF-8") { $0[32] = 0xFF },
    Damage("value type", "expected 0 to 12") { $0[32 + 20] = 77 },
    Damage("truncated", "the file holds") { $0.removeLast(1000) },
    Damage("truncated header", "the file ends after") { $0.removeSubrange(300...) },
  ]

  @Test(arguments: damages) func damageIsNamed(_ damage: Damage) throws {
    let error = try Self.error { damage.change(&$0) }
    #expect("\(error)".contains(damage.expected), "\(error)")
  }

  /// Files built by hand, byte by byte.
  @Test func hostileFilesAreRefused() throws {
    func refusal(_ build: (inout HandMadeGGUF) -> Void) throws -> String {
      var file = HandMadeGGUF()
      build(&file)
      let bytes = file.bytes
      return "\(try Self.error { $0 = bytes })"
    }
    #expect(
      try refusal {
        $0.key("a", type: 9) { $0 += HandMadeGGUF.word32(9) + HandMadeGGUF.word64(1) }
      }.contains("array of arrays"))
    #expect(
      try refusal {
        $0.key("a", type: 9) { $0 += HandMadeGGUF.word32(12) + HandMadeGGUF.word64(1 << 61) }
      }.contains("count of \"a\" is"))
    #expect(
      try refusal {
        $0.key("a", type: 9) { $0 += HandMadeGGUF.word32(12) + HandMadeGGUF.word64(1 << 22) }
      }.contains("takes 33554432 bytes"))
    #expect(
      try refusal {
        $0.key("a", type: 0) { $0.append(1) }
        $0.key("a", type: 0) { $0.append(1) }
      }.contains("\"a\" occurs twice"))
    #expect(
      try refusal { $0.tensor("t", sizes: [1 << 39, 1 << 39], type: 0, offset: 0) }
        .contains("product"))
    #expect(try refusal { $0.tensor("t", sizes: [0], type: 0, offset: 0) }.contains("positive"))
    #expect(try refusal { $0.tensor("t", sizes: [], type: 0, offset: 0) }.contains("0 dimensions"))
    #expect(
      try refusal { $0.tensor("t", sizes: [1, 1, 1, 1, 1], type: 0, offset: 0) }
        .contains("5 dimensions"))
    #expect(try refusal { $0.tensor("t", sizes: [4], type: 99, offset: 0) }.contains("type 99"))
    #expect(
      try refusal { $0.tensor("t", sizes: [33], type: 3, offset: 0) }.contains("multiple of 32"))
    #expect(
      try refusal { $0.tensor("t", sizes: [4], type: 0, offset: 8) }.contains("multiple of 32"))
    #expect(
      try refusal { $0.tensor("t", sizes: [4], type: 0, offset: .max - 31) }.contains(
        "the file holds"))
    #expect(
      try refusal {
        $0.tensor("t", sizes: [4], type: 0, offset: 0)
        $0.tensor("t", sizes: [4], type: 0, offset: 32)
      }.contains("described twice"))
    #expect(
      try refusal {
        $0.tensor("t", sizes: [16], type: 0, offset: 0)
        $0.tensor("u", sizes: [4], type: 0, offset: 32)
      }.contains("overlaps tensor \"t\""))
    for alignment: UInt32 in [0, 3, 1 << 20] {
      #expect(
        try refusal {
          $0.key("general.alignment", type: 4) { $0 += HandMadeGGUF.word32(alignment) }
        }.contains("power of two"))
    }
  }

  /// No byte of the header, whatever it becomes, makes anything but an error or a file.
  @Test func randomDamageNeverTraps() throws {
    var generator = SeededGenerator(seed: 17)
    let original = [UInt8](try Data(contentsOf: URL(filePath: Self.path)))
    let directory = try TemporaryDirectory(inMemory: true)
    for _ in 0..<600 {
      var bytes = original
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        let index = Int.random(in: 0..<2400, using: &generator)
        bytes[index] =
          Bool.random(using: &generator) ? 255 : UInt8.random(in: 0...255, using: &generator)
      }
      if Bool.random(using: &generator) {
        bytes.removeSubrange(Int.random(in: 0..<bytes.count, using: &generator)...)
      }
      try Data(bytes).write(to: URL(filePath: directory.file("x.gguf")))
      do {
        let file = try GGUFFile(path: directory.file("x.gguf"))
        for key in file.metadata.keys {
          _ = try? file.metadata.strings(key)
          _ = try? file.metadata.integers(key)
          _ = try? file.metadata.number(key)
        }
      } catch is SPINError {}
    }
  }

  private static func error(_ change: (inout [UInt8]) -> Void) throws -> SPINError {
    var bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    change(&bytes)
    let directory = try TemporaryDirectory()
    try Data(bytes).write(to: URL(filePath: directory.file("x.gguf")))
    do {
      _ = try GGUFFile(path: directory.file("x.gguf"))
    } catch let error as SPINError {
      return error
    }
    throw NotRefused()
  }

  struct NotRefused: Error {}
}

/// A GGUF file written byte by byte, so that every field can be wrong.
struct HandMadeGGUF {
  private var keys: [UInt8] = []
  private var keyCount: UInt64 = 0
  private var tensors: [UInt8] = []
  private var tensorCount: UInt64 = 0

  static func word32(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  static func word64(_ value: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  mutating func key(_ name: String, type: UInt32, _ value: (inout [UInt8]) -> Void) {
    keyCount += 1
    keys += Self.word64(UInt64(name.utf8.count)) + name.utf8 + Self.word32(type)
    value(&keys)
  }

  mutating func tensor(_ name: String, sizes: [UInt64], type: UInt32, offset: UInt64) {
    tensorCount += 1
    tensors += Self.word64(UInt64(name.utf8.count)) + name.utf8
    tensors += Self.word32(UInt32(sizes.count)) + sizes.flatMap(Self.word64)
    tensors += Self.word32(type) + Self.word64(offset)
  }

  /// The file with 128 bytes of data.
  var bytes: [UInt8] {
    var bytes = Array("GGUF".utf8) + Self.word32(3) + Self.word64(tensorCount)
    bytes += Self.word64(keyCount) + keys + tensors
    while bytes.count % 32 != 0 { bytes.append(0) }
    return bytes + [UInt8](repeating: 0, count: 128)
  }
}
