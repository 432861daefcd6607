// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINCheckpoint
import SPINErrors
import SPINStorage
import SPINTestSupport
import Testing

/// A model that other programs change while it is read.
struct ModelHoldTests {
  private let directory: TemporaryDirectory
  private var weights: String { directory.file("model.safetensors") }

  init() throws {
    directory = try TemporaryDirectory()
    let writer = try SafetensorsWriter(
      path: directory.file("model.safetensors"),
      tensors: [.init(name: "w", type: .float32, shape: [4])])
    try writer.write([UInt8](repeating: 7, count: 16), to: "w")
    try writer.finish()
  }

  private func refusal(_ body: () throws -> Void) -> SPINError? {
    do {
      try body()
      return nil
    } catch { return error as? SPINError }
  }

  /// What other programs do to a file that is read.
  enum Change: CaseIterable, Sendable {
    case writtenInto, replaced, truncated, removed, writtenWithOldTime

    func make(_ path: String) throws {
      let file = URL(filePath: path)
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      let last = try RandomAccessFile(path: path, .read).byteCount() - 1
      switch self {
      case .writtenInto: try RandomAccessFile(path: path, .update).write([1] as [UInt8], at: last)
      case .writtenWithOldTime:
        try RandomAccessFile(path: path, .update).write([1] as [UInt8], at: last)
        let time = attributes[.modificationDate] as? Date ?? .now
        try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: path)
      case .replaced:
        var bytes = try FileSystem.read(path)
        bytes[last] = 1
        try Data(bytes).write(to: file, options: .atomic)
      case .truncated: try RandomAccessFile(path: path, .update).truncate(to: last)
      case .removed: try FileSystem.remove(path)
      }
    }
  }

  @Test(arguments: Change.allCases, [false, true])
  func changesAreNoticed(change: Change, isHashed: Bool) throws {
    let model = try ModelDirectory(path: directory.path)
    if isHashed { _ = try model.fileHashes() }
    try model.requireUnchanged()
    try change.make(weights)
    for check in [{ try model.requireUnchanged() }, { _ = try model.fileHashes() }] {
      let error = refusal(check)
      #expect(error?.code == .inputOutput)
      #expect(
        error?.description
          == "\(weights): was changed by another program while it was read, so that "
          + "results would be those of neither version; run the command again when no other "
          + "program changes the model")
    }
  }

  /// A file that was touched, or replaced by an equal one, is told by its digest.
  @Test func equalFilesAreNoChange() throws {
    let model = try ModelDirectory(path: directory.path)
    let hashes = try model.fileHashes()
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: weights)
    try model.requireUnchanged()
    try Data(try FileSystem.read(weights)).write(to: URL(filePath: weights), options: .atomic)
    try model.requireUnchanged()
    #expect(try model.fileHashes() == hashes)
  }

  @Test func whatSomebodyEditsIsNotOpened() throws {
    let lock = try DirectoryLock(directory.path)
    let error = refusal { _ = try ModelDirectory(path: directory.path) }
    #expect(error?.code == .resumable)
    lock.release()
    let model = try ModelDirectory(path: directory.path)
    #expect(refusal { _ = try DirectoryLock(directory.path) }?.code == .resumable)
    withExtendedLifetime(model) {}
  }
}
