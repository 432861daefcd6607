// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
import SPINStorage
import SPINTestSupport
import Testing

struct SafetensorsFileTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func tensorsAreReadInTheOrderOfTheirBytes() throws {
    let file = try open(
      #"{"b":{"dtype":"BF16","shape":[2],"data_offsets":[4,8]},"__metadata__":{"format":"pt"},"#
        + #""a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"#
        + #""z":{"dtype":"I64","shape":[3,0],"data_offsets":[8,8]}}   "#,
      data: [0, 0, 128, 63, 1, 2, 3, 4])
    #expect(file.entries.map(\.name) == ["a", "b", "z"])
    #expect(file.entries.map(\.shape) == [[], [2], [3, 0]])
    #expect(file.entries.map(\.elementType) == [.float32, .bfloat16, nil])
    #expect(file.entries.map(\.elementTypeName) == ["F32", "BF16", "I64"])
    #expect(file.entries.map(\.count) == [1, 2, 0])
    #expect(file.file.bytes(file.entries[1].byteRange) == [1, 2, 3, 4])
    #expect(file.header.metadata.map(\.value) == ["pt"])
  }

  /// MLX writes headers of any length, so data may begin at an odd byte.
  @Test func dataNeedNotBeAligned() throws {
    let file = try open(
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, data: [1, 2, 3, 4])
    #expect(file.dataOffset % 4 != 0)
    #expect(file.file.bytes(file.entries[0].byteRange) == [1, 2, 3, 4])
  }

  @Test func anEmptyObjectIsAFileWithoutTensors() throws {
    #expect(try open("{}").entries.isEmpty)
  }

  @Test(arguments: [
    (
      entry("a", 0, 4) + "," + entry("a", 4, 8), 8,
      "header: line 1, column 59: the tensor \"a\" is described twice"
    ),
    (
      entry("a", 0, 4) + "," + entry("b", 2, 6), 6,
      "tensor \"b\": begins at byte 2 of the data, but tensor \"a\" ends at 4: they overlap; "
        + "the file is damaged - download it again"
    ),
    (
      entry("a", 0, 4) + "," + entry("b", 8, 12), 12,
      "tensor \"b\": begins at byte 8 of the data, but tensor \"a\" ends at 4: there is a hole; "
        + "the file is damaged - download it again"
    ),
    (
      entry("a", 4, 8), 8,
      "tensor \"a\": begins at byte 4 of the data, but the data begins at 0: there is a hole; "
        + "the file is damaged - download it again"
    ),
    (
      entry("a", 0, 8, shape: "[2]"), 6,
      "holds 6 bytes of tensors, its header describes 8; the file is truncated - download it again"
    ),
    (
      entry("a", 0, 4), 6,
      "holds 6 bytes after its header, which describes 4; something was appended to the file - "
        + "download it again"
    ),
    (
      entry("a", 0, 11, type: "BF16", shape: "[2,3]"), 11,
      "tensor \"a\": has 11 bytes, shape [2, 3] of BF16 needs 12; the file is damaged - "
        + "download it again"
    ),
    (
      entry("a", 4, 0), 4,
      "tensor \"a\": ends at byte 0 of the data, before it begins at 4"
    ),
    (
      entry("a", 0, .max), 4,
      "header: line 1, column 70: the offsets of tensor \"a\" hold 9223372036854775807, expected 0 "
        + "to 2^53"
    ),
    (
      entry("a", 0, 4, shape: "[18446744073709551616]"), 4,
      "header: line 1, column 30: 18446744073709551616 does not fit in a signed 64-bit integer"
    ),
    (
      entry("a", 0, 4, shape: "[4294967296,4294967296]"), 4,
      "tensor \"a\": has the shape [4294967296, 4294967296] of F32, which is no whole "
        + "number of bytes that fits 64 bits"
    ),
    (
      entry("a", 0, 2, type: "F4", shape: "[3]"), 2,
      "tensor \"a\": has the shape [3] of F4, which is no whole number of bytes that fits "
        + "64 bits"
    ),
    (
      entry("a", 0, 4, shape: "[-1]"), 4,
      "header: line 1, column 32: the shape of tensor \"a\" holds -1, expected 0 to 2^53"
    ),
    (
      entry("a", 0, 4, shape: "[1.0]"), 4,
      "header: line 1, column 30: found 1.0, expected an integer"
    ),
    (
      entry("a", 0, 4, type: "F33"), 4,
      "tensor \"a\": has the dtype \"F33\", expected one of BOOL, F4, F6_E2M3, F6_E3M2, "
        + "U8, I8, F8_E5M2, F8_E4M3, F8_E8M0, F8_E4M3FNUZ, F8_E5M2FNUZ, I16, U16, F16, BF16, I32, "
        + "U32, F32, C64, F64, I64, U64"
    ),
    (#""a":{"shape":[1],"data_offsets":[0,4]}"#, 4, "tensor \"a\": has no dtype"),
    (#""a":{"dtype":"F32","data_offsets":[0,4]}"#, 4, "tensor \"a\": has no shape"),
    (
      #""a":{"dtype":"F32","shape":[1]}"#, 4, "tensor \"a\": has no pair of data_offsets"
    ),
    (
      #""a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}"#, 4,
      "header: line 1, column 53: the offsets of tensor \"a\" have more than 2 numbers"
    ),
    (
      #""a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}"#, 4,
      "header: line 1, column 58: tensor \"a\" has the key \"x\", expected dtype, shape and "
        + "data_offsets"
    ),
    (
      #""__metadata__":{"format":1}"#, 0,
      "header: line 1, column 27: the metadata \"format\" is no string"
    ),
    (
      entry("", 0, 4), 4,
      "header: line 1, column 5: a tensor's name has 0 bytes, expected 1 to 4096"
    ),
  ])
  func brokenHeadersNameTensorAndRule(tensors: String, dataByteCount: Int, message: String) {
    expectError("DIR/a.safetensors: " + message, in: directory) {
      try open("{\(tensors)}", data: [UInt8](repeating: 0, count: dataByteCount))
    }
  }

  @Test func shortFilesAndLongHeadersAreTruncated() throws {
    for (bytes, message) in [
      (
        [1, 0, 0],
        "has 3 bytes, a safetensors file begins with 8 that give its header's length; "
          + "the file is truncated - download it again"
      ),
      (
        safetensors(header: "{}", length: 100),
        "gives its header's length as 100 bytes, but only 2 follow; the file is truncated - "
          + "download it again"
      ),
      (
        safetensors(header: "{}", length: .max),
        "gives its header's length as 18446744073709551615 bytes, at most 100000000 are allowed; "
          + "this is no safetensors file, or it is damaged - download it again"
      ),
      (
        safetensors(header: " {}"),
        "the header begins with the byte 0x20, expected \"{\"; this is no safetensors file, or it "
          + "is damaged - download it again"
      ),
      (
        safetensors(header: "{}x"),
        "header: line 1, column 3: found \"x\", expected the end of the document"
      ),
    ] as [([UInt8], String)] {
      let path = try write(bytes, "a.safetensors", in: directory)
      expectError("DIR/a.safetensors: " + message, in: directory) {
        try SafetensorsFile(path: path)
      }
    }
  }

  @Test func ranksEndAt64() {
    let sizes = Array(repeating: "1", count: 65).joined(separator: ",")
    expectError(
      "DIR/a.safetensors: header: line 1, column 157: the shape of tensor \"a\" has more than 64 "
        + "numbers", in: directory
    ) { try open("{\(entry("a", 0, 1, type: "U8", shape: "[\(sizes)]"))}", data: [0]) }
  }

  /// Every strict prefix of a file is refused: no byte of it is optional.
  @Test func everyTruncationIsRefused() throws {
    let whole = safetensors(header: "{\(entry("a", 0, 4))}", data: [1, 2, 3, 4])
    for count in 0..<whole.count {
      let path = try write(Array(whole[..<count]), "a.safetensors", in: directory)
      #expect(throws: SPINError.self, "\(count) bytes") { try SafetensorsFile(path: path) }
    }
  }

  /// Whatever is done to a header, it parses by the rules or throws; nothing traps.
  @Test func mutatedHeadersNeverTrap() throws {
    let header =
      Array(
        #"{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"#
          .utf8) + Array(#""b":{"dtype":"BF16","shape":[],"data_offsets":[8,10]}}"#.utf8)
    let interesting = Array("{}[]\",:0123456789-.eE\\ BFU".utf8)
    var parsed = 0
    for seed in 0..<20_000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      var bytes = header
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        let byte = interesting.randomElement(using: &generator) ?? 0
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: bytes[place] = byte
        case 1: bytes.insert(byte, at: place)
        default: bytes.remove(at: place)
        }
      }
      if let header = try? SafetensorsHeader(json: bytes, dataByteCount: 10, path: "x") {
        parsed += 1
        #expect(header.tensors.reduce(0) { $0 + $1.dataRange.count } == 10, "seed \(seed)")
      }
    }
    // Mutations inside names and metadata leave a valid header.
    #expect(parsed > 100)
  }

  private func open(_ header: String, data: [UInt8] = []) throws -> SafetensorsFile {
    try SafetensorsFile(
      path: try write(safetensors(header: header, data: data), "a.safetensors", in: directory))
  }
}
