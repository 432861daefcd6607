// SPDX-License-Identifier: Apache-2.0

import SPINErrors
public import SPINStorage

/// A GGUF file, the format of llama.cpp: metadata and tensors in one file.
///
/// Opening it reads and checks the header and maps the data.
///
///     let file = try GGUFFile(path: "SmolLM2-135M-Instruct.Q4_1.gguf")
///     let architecture = try file.metadata.string("general.architecture")
///
/// - Source: docs/gguf.md of ggml, versions 2 and 3.
public struct GGUFFile: Sendable {
  /// The path it was opened by.
  public let path: String
  /// The version of the format, 2 or 3.
  public let version: Int
  /// The key-value pairs.
  public let metadata: GGUFMetadata
  /// The tensors in the order of the header.
  public let tensors: [GGUFTensor]
  /// The mapped file.
  public let file: MappedFile

  /// Opens a file.
  ///
  /// - Throws: `SPINError` with code `missingInput` where it cannot be opened; `malformedInput` where
  ///   it breaks a rule of the format, at which byte; `unavailable` for version 1 and for
  ///   big-endian files.
  public init(path: String) throws {
    let file = try MappedFile(path: path)
    self.path = path
    self.file = file
    var cursor = GGUFCursor(file, at: 0)
    version = try Self.version(&cursor)
    let tensorCount = try cursor.count(limit: GGUFLimits.tensorCount, "the number of tensors")
    let keyCount = try cursor.count(limit: GGUFLimits.keyCount, "the number of keys")
    metadata = try GGUFMetadata(&cursor, count: keyCount)
    // Not reserved at once: the count is the file's word.
    var infos: [GGUFTensorInfo] = []
    for _ in 0..<tensorCount { infos.append(try GGUFTensorInfo(&cursor)) }
    let alignment = try Self.alignment(metadata)
    let dataStart = (cursor.offset + alignment - 1) / alignment * alignment
    tensors = try Self.placed(infos, from: dataStart, alignment: alignment, in: file)
  }

  /// The bytes that begin every GGUF file.
  package static let magic = Array("GGUF".utf8)

  private static func version(_ cursor: inout GGUFCursor) throws -> Int {
    let start = try cursor.advance(by: 4, "the magic number")
    guard cursor.file.bytes(start..<4) == magic else {
      throw SPINError(
        .malformedInput, at: cursor.path, "does not begin with \"GGUF\"",
        remedy: "give a GGUF file, or a folder with PyTorch weights")
    }
    let version = try cursor.integer(UInt32.self, "the version")
    switch version {
    case 2, 3: return Int(version)
    case _ where version & 0xFFFF == 0:
      throw SPINError(
        .unavailable, at: cursor.path,
        "is a big-endian GGUF file (version \(version.byteSwapped)), which is not supported",
        remedy: "use the little-endian file of the same model")
    default:
      throw SPINError(
        .unavailable, at: cursor.path, "has GGUF version \(version), expected 2 or 3",
        remedy: version == 1
          ? "convert the model again with a present-day llama.cpp"
          : "the file is damaged, or newer than this version of spin")
    }
  }

  private static func alignment(_ metadata: GGUFMetadata) throws -> Int {
    let key = "general.alignment"
    let alignment = try metadata.integer(key) ?? GGUFLimits.defaultAlignment
    guard 1...GGUFLimits.alignment ~= alignment, alignment & (alignment - 1) == 0 else {
      throw metadata.failure(
        key, "is \(alignment), expected a power of two up to \(GGUFLimits.alignment)")
    }
    return alignment
  }

  /// Checks that tensors are aligned, inside the file, and do not overlap.
  private static func placed(
    _ infos: [GGUFTensorInfo], from dataStart: Int, alignment: Int, in file: MappedFile
  ) throws -> [GGUFTensor] {
    var names = Set<String>()
    let tensors = try infos.map { info in
      func failure(_ message: String, remedy: String) -> SPINError {
        SPINError(
          .malformedInput, at: "\(file.path): tensor \"\(info.name)\"", message, remedy: remedy)
      }
      let damaged = "the file is damaged - download it again"
      guard names.insert(info.name).inserted else {
        throw failure("is described twice", remedy: damaged)
      }
      guard info.dataOffset % UInt64(alignment) == 0 else {
        throw failure(
          "begins at byte \(info.dataOffset) of the data, expected a multiple of \(alignment)",
          remedy: damaged)
      }
      let available = file.byteCount - dataStart
      guard info.dataOffset <= UInt64(max(0, available)),
        info.byteCount <= available - Int(info.dataOffset)
      else {
        throw failure(
          "takes \(info.byteCount) bytes from byte \(info.dataOffset) of the data, the file holds "
            + "\(max(0, available))",
          remedy: "the file is truncated - download it again")
      }
      let start = dataStart + Int(info.dataOffset)
      return GGUFTensor(
        name: info.name, shape: info.shape, type: info.type,
        byteRange: start..<start + info.byteCount)
    }
    let sorted = tensors.sorted { $0.byteRange.lowerBound < $1.byteRange.lowerBound }
    for (left, right) in zip(sorted, sorted.dropFirst())
    where left.byteRange.upperBound > right.byteRange.lowerBound {
      throw SPINError(
        .malformedInput, at: "\(file.path): tensor \"\(right.name)\"",
        "overlaps tensor \"\(left.name)\"", remedy: "the file is damaged - download it again")
    }
    return tensors
  }
}
