// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
package import SPINStorage

/// A file of `torch.save` since PyTorch 1.6: a zip archive with a pickle and one entry a storage.
///
/// The pickle is interpreted as data (`PickleMachine`); nothing in it is ever run.
package struct PyTorchFile: Sendable {
  /// The path it was opened by.
  package let path: String
  /// The tensors in the order of the file.
  package let tensors: [StoredTensor]
  /// The mapped file.
  package let file: MappedFile
  /// Whether the file states checksums, against which `checkTensors` compares.
  package var hasChecksums: Bool { archive.hasChecksums }
  private let archive: ZipArchive
  private let storages: [ZipEntry]

  /// Opens a file and checks it as a whole, but for the bytes of its tensors.
  ///
  /// - Throws: `SPINError` that says what is not allowed or inconsistent.
  package init(path: String) throws {
    let file = try MappedFile(path: path)
    self.path = path
    self.file = file
    try Self.requireZip(file)
    let archive = try ZipArchive(file)
    self.archive = archive
    let (root, pickle) = try Self.pickle(of: archive)
    let entries = Dictionary(uniqueKeysWithValues: archive.entries.map { ($0.name, $0) })
    if let order = entries[root + "/byteorder"] {
      let text = String(decoding: try archive.contents(of: order).prefix(16), as: UTF8.self)
      guard text == "little" else {
        throw SPINError(
          .unavailable, at: path, "has the byte order \"\(text.excerpt)\", expected \"little\"")
      }
    }
    guard pickle.range.count <= PickleLimits.byteCount else {
      throw SPINError(
        .malformedInput, at: "\(path): \(pickle.name)",
        "has \(pickle.range.count) bytes, expected at most \(PickleLimits.byteCount)")
    }
    var machine = PickleMachine(
      try archive.contents(of: pickle), path: "\(path): \(pickle.name)")
    var names = Set<String>()
    var storages: [String: ZipEntry] = [:]
    tensors = try machine.tensors().map { name, tensor in
      func failure(_ message: String) -> SPINError {
        SPINError(
          .malformedInput, at: "\(path): tensor \"\(name)\"", message,
          remedy: "the file is damaged - download it again")
      }
      guard !name.isEmpty, names.insert(name).inserted else {
        throw failure("occurs twice or has no name")
      }
      guard let entry = entries["\(root)/data/\(tensor.storage.key)"] else {
        throw failure("is in the entry data/\(tensor.storage.key), which the archive does not hold")
      }
      let size = tensor.storage.type.type.bitCount / 8
      guard entry.range.count == tensor.storage.count * size else {
        throw failure(
          "is in the entry data/\(tensor.storage.key) of \(entry.range.count) bytes, "
            + "\(tensor.storage.count) elements take \(tensor.storage.count * size)")
      }
      storages[entry.name] = entry
      return StoredTensor(name: name, tensor: tensor, storageRange: entry.range)
    }
    self.storages = storages.values.sorted { $0.range.lowerBound < $1.range.lowerBound }
  }

  /// Compares the bytes of all tensors with the checksums of the archive, which reads them once.
  ///
  /// PyTorch itself compares none, so a damaged file loads there.
  ///
  /// - Parameter stopping: Called now and then; throws to stop.
  /// - Throws: `SPINError` with code `malformedInput` that names the entry that differs.
  package func checkTensors(stopping: () throws -> Void = {}) throws {
    for storage in storages { try archive.check(storage, stopping: stopping) }
  }

  private static func requireZip(_ file: MappedFile) throws {
    switch FileSignature(of: file) {
    case .zip: return
    case .pickle:
      throw SPINError(
        .unavailable, at: file.path,
        "is a bare pickle, as PyTorch wrote before 1.6, which is not read",
        remedy: "if you trust its author, convert it: python -c \"import sys, torch; "
          + "torch.save(torch.load(sys.argv[1], weights_only=True), sys.argv[2])\" OLD NEW")
    case let other:
      throw other.refusal(at: file.path)
        ?? SPINError(
          .malformedInput, at: file.path, "is not a file of PyTorch",
          remedy: "the file is damaged - download it again")
    }
  }

  /// The folder of the archive and its pickle.
  private static func pickle(of archive: ZipArchive) throws -> (root: String, entry: ZipEntry) {
    let found = archive.entries.filter { entry in
      entry.name.hasSuffix("/data.pkl") && entry.name.split(separator: "/").count == 2
    }
    guard found.count == 1, let root = found.first?.name.split(separator: "/").first else {
      throw SPINError(
        .malformedInput, at: archive.path, "holds \(found.count) files data.pkl, expected one",
        remedy: "give a file that torch.save wrote")
    }
    let script = archive.entries.first {
      $0.name == "\(root)/constants.pkl" || $0.name.hasPrefix("\(root)/code/")
    }
    if let script {
      throw SPINError(
        .unavailable, at: archive.path, "is a TorchScript program (\(script.name)), not weights",
        remedy: "use the checkpoint that it was made from")
    }
    return (String(root), found[0])
  }
}
