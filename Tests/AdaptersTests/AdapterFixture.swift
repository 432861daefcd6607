// SPDX-License-Identifier: Apache-2.0

import SPINAdapters
import SPINCheckpoint
import SPINDecoderNames
import SPINErrors
import SPINJSON
import SPINKernels
import SPINPatch
import SPINStorage
import SPINTestSupport
import Testing

/// The adapters that PEFT trained on the small models: `Tests/Fixtures/adapters`.
struct AdapterFixture {
  /// Their names; the part before the hyphen is the model's.
  static let names = [
    "llama-lora", "llama-dora", "qwen2-rslora", "qwen2-dora", "qwen3-lora", "qwen3-dora",
  ]

  let path: String
  let model: String
  private let golden: Fixture

  init(_ name: String) throws {
    path = Fixture.root + "/adapters/" + name
    model = Fixture.root + "/models/" + String(name.prefix { $0 != "-" })
    golden = try Fixture(file: "adapters/\(name)/golden.safetensors")
  }

  func floats(_ name: String) throws -> [Float] { try golden.floats(name) }

  /// The matrices that PEFT merged, as bytes.
  func merged() throws -> [String: (bytes: [UInt8], type: ElementType)] {
    var result: [String: (bytes: [UInt8], type: ElementType)] = [:]
    for entry in try SafetensorsFile(path: path + "/golden.safetensors").entries
    where entry.name.hasPrefix("merged/") {
      let type = try #require(entry.elementType)
      result[String(entry.name.dropFirst("merged/".count))] = (
        entry.file.bytes(entry.byteRange), type
      )
    }
    return result
  }
}

/// The numbers of some bytes.
func numbers(_ bytes: [UInt8], _ type: ElementType) -> [Float] {
  stride(from: 0, to: bytes.count, by: type.byteCount).map { start in
    let bits = (0..<type.byteCount).reduce(UInt32(0)) {
      $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1)
    }
    return type.value(ofBits: bits)
  }
}

/// The bytes of all tensors.
func tensors(of model: ModelDirectory) -> [String: [UInt8]] {
  model.tensors.mapValues { $0.file.bytes($0.byteRange) }
}

/// Expects a `SPINError` that reads exactly like this, DIR standing for a directory.
func expectError<Result>(
  _ text: String, code: SPINError.Code? = nil, in directory: String = "\0",
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Result
) {
  do {
    _ = try body()
    Issue.record("nothing was thrown", sourceLocation: sourceLocation)
  } catch {
    let found = "\(error)".split(separator: directory, omittingEmptySubsequences: false)
      .joined(separator: "DIR")
    #expect(found == text, sourceLocation: sourceLocation)
    if let code {
      #expect((error as? SPINError)?.code == code, sourceLocation: sourceLocation)
    }
  }
}

/// A small model of one layer with matrices of made numbers.
struct MadeModel {
  let directory: TemporaryDirectory
  var path: String { directory.file("model") }

  /// - Parameters:
  ///   - type: How matrices are stored.
  ///   - values: The numbers of a tensor of a name and count; random where nil.
  init(_ type: ElementType, values: ((String, Int) -> [Float])? = nil) throws {
    directory = try TemporaryDirectory()
    let path = directory.file("model")
    try FileSystem.makeDirectory(path)
    try OutputFile.write(Array("{}".utf8), to: path + "/config.json")
    let shapes: [(String, [Int])] =
      MatrixName.Projection.allCases.map {
        (MatrixName(layer: 0, projection: $0).tensor, $0 == .down ? [12, 20] : [20, 12])
      } + [("model.norm.weight", [12])]
    let storage: SafetensorsType =
      switch type {
      case .float32: .float32
      case .float16: .float16
      case .bfloat16: .bfloat16
      }
    let writer = try SafetensorsWriter(
      path: path + "/model.safetensors",
      tensors: shapes.map { .init(name: $0.0, type: storage, shape: $0.1) })
    var generator = SeededGenerator(seed: 5)
    let device = CPUDevice(threadCount: 1)
    for (name, shape) in shapes {
      let count = shape.reduce(1, *)
      let numbers = values?(name, count) ?? generator.floats(count)
      try writer.write(
        device.encoded(MatrixView(numbers, rows: 1, columns: count), as: type), to: name)
    }
    try writer.finish()
  }

  func model() throws -> ModelDirectory { try ModelDirectory(path: path) }
}
