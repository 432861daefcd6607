// SPDX-License-Identifier: Apache-2.0

import SPINErrors
package import SPINStorage

/// A safetensors file, mapped into memory, its header checked.
package struct SafetensorsFile: Sendable {
  /// The mapped file.
  package let file: MappedFile
  /// What the file holds.
  package let header: SafetensorsHeader
  /// Where the data begin.
  package let dataOffset: Int

  /// The path that the file was opened by.
  package var path: String { file.path }

  /// Opens a file and checks its header.
  ///
  /// - Throws: `SPINError` with code `malformedInput` that names what the file is instead, where
  ///   that can be told: a Git-LFS pointer, a web page, a GGUF or PyTorch file.
  package init(path: String) throws {
    let file = try MappedFile(path: path)
    if let refusal = FileSignature(of: file).refusal(at: path) { throw refusal }
    let count = file.byteCount
    guard count >= 8 else {
      throw SPINError(
        .malformedInput, at: path,
        "has \(count) bytes, a safetensors file begins with 8 that give its header's length",
        remedy: "the file is truncated - download it again")
    }
    let length = file.withBytes(0..<8) { $0.littleEndian(UInt64.self, at: 0) }
    guard length <= UInt64(SafetensorsHeader.maximumByteCount) else {
      throw SPINError(
        .malformedInput, at: path,
        "gives its header's length as \(length) bytes, at most "
          + "\(SafetensorsHeader.maximumByteCount) are allowed",
        remedy: "this is no safetensors file, or it is damaged - download it again")
    }
    dataOffset = 8 + Int(length)
    guard dataOffset <= count else {
      throw SPINError(
        .malformedInput, at: path,
        "gives its header's length as \(length) bytes, but only \(count - 8) follow",
        remedy: "the file is truncated - download it again")
    }
    header = try SafetensorsHeader(
      json: file.bytes(8..<dataOffset), dataByteCount: count - dataOffset, path: path)
    self.file = file
  }

  /// The same file in a mapping of its own.
  func mappedAgain() throws -> SafetensorsFile {
    SafetensorsFile(file: try file.mappedAgain(), header: header, dataOffset: dataOffset)
  }

  private init(file: MappedFile, header: SafetensorsHeader, dataOffset: Int) {
    (self.file, self.header, self.dataOffset) = (file, header, dataOffset)
  }

  /// The tensors of the file in the order of their bytes.
  package var entries: [TensorEntry] {
    header.tensors.map { tensor in
      TensorEntry(
        name: tensor.name, type: tensor.type, shape: tensor.shape, file: file,
        byteRange: dataOffset + tensor.dataRange.lowerBound..<dataOffset
          + tensor.dataRange.upperBound)
    }
  }
}
