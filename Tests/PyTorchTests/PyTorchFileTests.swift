// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINCheckpoint
import SPINErrors
import SPINPyTorch
import SPINStorage
import SPINTestSupport
import Testing

/// Files of torch.save, well-formed and hostile.
struct PyTorchFileTests {
  private static let folder = Fixture.root + "/pytorch"

  /// Views, slices, ties, scalars and empty tensors hold what PyTorch says.
  @Test func tensorsAreThoseOfPyTorch() throws {
    let file = try PyTorchFile(path: Self.folder + "/single/pytorch_model.bin")
    let expected = try SafetensorsFile(path: Self.folder + "/expected.safetensors").entries
    #expect(Set(file.tensors.map(\.name)) == Set(expected.map(\.name)))
    for entry in expected {
      let tensor = try #require(file.tensors.first { $0.name == entry.name })
      #expect(tensor.shape == entry.shape, "\(entry.name)")
      #expect(tensor.type.rawValue == entry.elementTypeName, "\(entry.name)")
      #expect(
        tensor.bytes(of: 0..<tensor.count, in: file.file) == entry.file.bytes(entry.byteRange),
        "\(entry.name)")
    }
    let tied = file.tensors.filter {
      $0.name.hasSuffix("embed_tokens.weight") || $0.name == "lm_head.weight"
    }
    #expect(tied.count == 2 && tied[0].isSameView(as: tied[1]))
  }

  struct Hostile: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let names: String
    let bytes: String
    var testDescription: String { name }
  }

  static let hostile: [Hostile] = {
    let data = try? Data(contentsOf: URL(filePath: folder + "/hostile.json"))
    return data.flatMap { try? JSONDecoder().decode([Hostile].self, from: $0) } ?? []
  }()

  @Test(arguments: hostile) func hostileFilesAreRefusedByName(_ file: Hostile) throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("pytorch_model.bin")
    try Data(Self.bytes(file.bytes)).write(to: URL(filePath: path))
    if file.names.isEmpty {
      let opened = try PyTorchFile(path: path)
      let bytes = try #require(opened.tensors.first).bytes(of: 0..<4, in: opened.file)
      #expect(bytes[4..<8] == [0, 0, 0, 0x40])
      try opened.checkTensors()
      #expect(opened.hasChecksums == (file.name != "no-checksums"))
      return
    }
    let error = try #require(throws: SPINError.self) { try PyTorchFile(path: path) }
    #expect("\(error)".contains(file.names), "\(error)")
    #expect(!FileManager.default.fileExists(atPath: "/tmp/spin-was-here"))
  }

  @Test func theListOfHostileFilesIsThere() { #expect(Self.hostile.count > 40) }

  /// A changed weight opens, as in PyTorch, and is found where tensors are compared with their checksums.
  @Test func aChangedWeightIsFound() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("pytorch_model.bin")
    let source = try PyTorchFile(path: Self.folder + "/single/pytorch_model.bin")
    try source.checkTensors()
    #expect(source.hasChecksums)
    let embedding = try #require(source.tensors.first { $0.name.hasSuffix("embed_tokens.weight") })
    let weight = embedding.bytes(of: 3..<7, in: source.file)
    var bytes = source.file.bytes(0..<source.file.byteCount)
    let place = try #require(
      (0..<bytes.count - 8).first { Array(bytes[$0..<$0 + 8]) == weight })
    bytes[place] ^= 1
    try Data(bytes).write(to: URL(filePath: path))
    let error = try #require(throws: SPINError.self) { try PyTorchFile(path: path).checkTensors() }
    #expect("\(error)".contains("entry \"pytorch_model/data/0\": has the checksum"), "\(error)")
    #expect(error.remedy == "the file is damaged - download it again")
  }

  /// Whatever bytes change, there is a file or an error.
  @Test func randomDamageNeverTraps() throws {
    var generator = SeededGenerator(seed: 23)
    let original = [UInt8](
      try Data(contentsOf: URL(filePath: Self.folder + "/single/pytorch_model.bin")))
    let directory = try TemporaryDirectory(inMemory: true)
    let path = directory.file("x.bin")
    for _ in 0..<600 {
      var bytes = original
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let index = Int.random(in: 0..<bytes.count, using: &generator)
        bytes[index] = UInt8.random(in: 0...255, using: &generator)
      }
      try Data(bytes).write(to: URL(filePath: path))
      do {
        let file = try PyTorchFile(path: path)
        for tensor in file.tensors { _ = tensor.bytes(of: 0..<tensor.count, in: file.file) }
      } catch is SPINError {}
    }
  }

  private static func bytes(_ hexadecimal: String) -> [UInt8] {
    let digits = Array(hexadecimal.utf8)
    return stride(from: 0, to: digits.count, by: 2).compactMap {
      UInt8(String(decoding: digits[$0...($0 + 1)], as: UTF8.self), radix: 16)
    }
  }
}
