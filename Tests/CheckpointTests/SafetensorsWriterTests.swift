// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
import SPINStorage
import SPINTestSupport
import Testing

struct SafetensorsWriterTests {
  /// Higher ranks first, then names: the order of the reference's `serialize`.
  @Test func theLayoutIsTheReferences() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("a.safetensors")
    let writer = try SafetensorsWriter(
      path: path,
      tensors: [
        .init(name: "b", type: .bfloat16, shape: [2]), .init(name: "a", type: .bfloat16, shape: []),
        .init(name: "z", type: .uint64, shape: [1]), .init(name: "y", type: .uint8, shape: [0, 3]),
      ])
    #expect(writer.order == ["z", "a", "b", "y"])
    // Any order, in pieces.
    try writer.write([3, 4], to: "b")
    try writer.write([1, 2], to: "a")
    try writer.write([5, 6], to: "b")
    try writer.write([9, 9, 9, 9, 9, 9, 9, 9], to: "z")
    #expect(FileSystem.status(path) == nil)
    try writer.finish()
    let header =
      #"{"__metadata__":{"format":"pt"},"z":{"dtype":"U64","shape":[1],"data_offsets":[0,8]},"#
      + #""a":{"dtype":"BF16","shape":[],"data_offsets":[8,10]},"#
      + #""b":{"dtype":"BF16","shape":[2],"data_offsets":[10,14]},"#
      + #""y":{"dtype":"U8","shape":[0,3],"data_offsets":[14,14]}}"#
    let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    #expect(
      try FileSystem.read(path)
        == safetensors(header: padded, data: [9, 9, 9, 9, 9, 9, 9, 9, 1, 2, 3, 4, 5, 6]))
    #expect(try FileSystem.names(in: directory.path) == ["a.safetensors"])
  }

  @Test func whatIsWrittenReadsBack() throws {
    let directory = try TemporaryDirectory()
    for type in SafetensorsType.allCases {
      let path = directory.file("\(type.rawValue).safetensors")
      let writer = try SafetensorsWriter(
        path: path, tensors: [.init(name: "é \"x\"", type: type, shape: [2, 4])],
        metadata: [("schema", "scores/1")])
      let bytes = [UInt8](0..<UInt8(type.bitCount))
      try writer.write(bytes, to: "é \"x\"")
      try writer.finish()
      let file = try SafetensorsFile(path: path)
      #expect(file.header.metadata.map(\.key) == ["format", "schema"])
      #expect(file.dataOffset % 8 == 0)
      #expect(file.entries.map(\.name) == ["é \"x\""])
      #expect(file.entries.map(\.type) == [type])
      #expect(file.file.bytes(file.entries[0].byteRange) == bytes)
    }
  }

  @Test func anAbandonedFileLeavesNothing() throws {
    let directory = try TemporaryDirectory()
    do {
      let writer = try SafetensorsWriter(
        path: directory.file("a"), tensors: [.init(name: "a", type: .uint8, shape: [1])])
      try writer.write([1], to: "a")
    }
    #expect(try FileSystem.names(in: directory.path) == [])
  }

  /// Weights that are not finite stop the file, which then does not appear; masks may hold them.
  @Test(
    arguments: [
      (SafetensorsType.float32, [0, 0, 0xC0, 0x7F], "1 NaN value"),
      (.bfloat16, [0x80, 0xFF], "1 infinite value"), (.float16, [0x00, 0x7C], "1 infinite value"),
      (.float8E5M2, [0x7E], "1 NaN value"), (.float8E4M3, [0xFF], "1 NaN value"),
      (.float64, [0, 0, 0, 0, 0, 0, 0xF0, 0x7F], "1 infinite value"),
    ] as [(SafetensorsType, [UInt8], String)])
  func valuesThatAreNotFiniteAreRefused(
    type: SafetensorsType, bytes: [UInt8], found: String
  ) throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("a.safetensors")
    let size = bytes.count
    let writer = try SafetensorsWriter(
      path: path,
      tensors: [
        .init(name: "mask", type: type, shape: [1]), .init(name: "w", type: type, shape: [2, 3]),
      ],
      nonFinite: .refused(.checkFailed, remedy: "mend it", except: { $0 == "mask" }))
    try writer.write(bytes, to: "mask")
    try writer.write([UInt8](repeating: 0, count: 3 * size), to: "w")
    let error = try #require(throws: SPINError.self) {
      try writer.write([UInt8](repeating: 0, count: size) + bytes, to: "w")
    }
    #expect(
      "\(error)"
        == "\(path): tensor \"w\": would hold \(found), the first at row 1, column 1; "
        + "nothing was written; mend it")
    #expect(error.code == .checkFailed && FileSystem.status(path) == nil)
  }

  @Test func theCountOfATensorReadsItWhole() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("a.safetensors")
    let writer = try SafetensorsWriter(
      path: path,
      tensors: [
        .init(name: "w", type: .bfloat16, shape: [2, 2]),
        .init(name: "ids", type: .int64, shape: [0]),
      ],
      nonFinite: .accepted)
    try writer.write([0x80, 0x3F, 0xC0, 0xFF, 0x80, 0x7F, 0, 0], to: "w")
    try writer.finish()
    let file = try SafetensorsFile(path: path)
    let counts = file.entries.map { $0.nonFiniteCount() }
    #expect(counts[0] == nil)
    #expect(counts[1]?.nan == 1 && counts[1]?.infinity == 1 && counts[1]?.first == 1)
  }
}
