// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINJSON
import SPINStorage
import SPINTestSupport
import Testing

/// Bytes of a safetensors file with any header text, valid or not.
func safetensors(header: String, data: [UInt8] = [], length: UInt64? = nil) -> [UInt8] {
  var bytes: [UInt8] = []
  bytes.append(littleEndian: length ?? UInt64(header.utf8.count))
  return bytes + Array(header.utf8) + data
}

/// A member of a header.
func entry(
  _ name: String, _ start: Int, _ end: Int, type: String = "F32", shape: String = "[1]"
) -> String {
  #""\#(name)":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":[\#(start),\#(end)]}"#
}

/// A file in a directory.
func write(_ bytes: [UInt8], _ name: String, in directory: TemporaryDirectory) throws -> String {
  let path = directory.file(name)
  try OutputFile.write(bytes, to: path)
  return path
}

/// Expects a `SPINError` that reads exactly like this, DIR standing for the directory.
func expectError<Result>(
  _ text: String, in directory: TemporaryDirectory,
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Result
) {
  do {
    _ = try body()
    Issue.record("nothing was thrown", sourceLocation: sourceLocation)
  } catch {
    let found = "\(error)".split(separator: directory.path, omittingEmptySubsequences: false)
      .joined(separator: "DIR")
      // A folder's own name, in commands that name a new one after it.
      .replacing(FileSystem.name(of: directory.path), with: "NAME")
    #expect(found == text, sourceLocation: sourceLocation)
  }
}

/// Writes a small model of one or several files; each tensor counts up from one in bfloat16.
func writeModel(
  in directory: TemporaryDirectory, shards: [(file: String, tensors: [(String, [Int])])]
) throws {
  var map = JSONObject()
  var total = 0
  for (file, tensors) in shards {
    let writer = try SafetensorsWriter(
      path: directory.file(file),
      tensors: tensors.map { .init(name: $0.0, type: .bfloat16, shape: $0.1) })
    for (name, shape) in tensors {
      var bytes: [UInt8] = []
      for index in 0..<shape.reduce(1, *) {
        bytes.append(littleEndian: HalfPrecision.bfloat16(Float(index + 1)))
      }
      total += bytes.count
      try writer.write(bytes, to: name)
      map[name] = .string(file)
    }
    try writer.finish()
  }
  if shards.count > 1 {
    let index: JSON = ["metadata": ["total_size": JSON(total)], "weight_map": .object(map)]
    try OutputFile.write(
      Array(index.serialized().utf8), to: directory.file("model.safetensors.index.json"))
  }
}
