// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON
import SPINStorage

/// Edits of the files of a directory that survive `kill -9` and a loss of power at any moment.
///
/// A journal with all edits, each with its bytes before and after, is made durable before the first byte of a file
/// changes and removed after the last one is durable. Whoever finds a journal writes all of one side
/// again: writing the same bytes twice does no harm, so it does not matter where the writer died, nor
/// whether the one who finishes dies too.
///
/// A loss of power may leave any of the bytes written and others not: pages and sectors reach the disk in any order, and a
/// value may be on two of them. So each byte of an edited value has to be the one before or the one after; a value of
/// which that is not true was written by another program.
///
/// A journal is not believed, nor even parsed: it may have come with a download. The caller has the edits of a patch that
/// the user named, and the journal has to be, byte for byte, the one of these.
package struct EditJournal: Sendable, Equatable {
  /// What an edit does with a patch.
  package enum Action: String, Sendable { case apply, revert }

  /// The name of the journal in the directory of the files.
  package static let fileName = ".spin-edit-journal.json"
  private static let schema = "edit-journal/2"

  /// The digest of the patch that is being applied or reverted.
  package let patch: String
  /// Which of these is being done.
  package let action: Action
  /// The edits.
  package let edits: [ByteEdit]

  /// Describes an edit.
  package init(patch: String, action: Action, edits: [ByteEdit]) {
    self.patch = patch
    self.action = action
    self.edits = edits
  }

  /// What is being done, in words.
  package var purpose: String { "patch \(action.rawValue)" }

  /// Edits files in place.
  ///
  /// - Precondition: The caller has the directory alone, has looked that there is no journal, and has checked that
  ///   the old bytes are there.
  /// - Parameters:
  ///   - directory: Where the files are.
  ///   - settle: Does what else belongs to the edit, once the files are durable and before the journal goes; it is done
  ///     again where the process died meanwhile.
  /// - Throws: `SPINError` where nothing was changed, or with code `resumable` where `finish` has to follow.
  package func carryOut(
    in directory: String, settling settle: () throws -> Void = {}
  ) throws {
    for file in Set(edits.map(\.file)).sorted() {
      try Self.requireOwnFile(directory + "/" + file)
    }
    // A file that may not be written is found out before there is a journal.
    let files = try opened(in: directory)
    try OutputFile.write(serialized, to: directory + "/" + Self.fileName)
    do {
      try write(edits, to: files, in: directory, settle)
    } catch let error as SPINError {
      throw unfinished(error)
    }
  }

  /// Finishes edits that were interrupted, or undoes them.
  ///
  /// - Precondition: The caller has the directory alone, and knows that the edits are those that the user means.
  /// - Parameters:
  ///   - directory: Where the files are.
  ///   - action: What the files are to be like in the end: as after the whole of this action.
  ///   - describe: The value that an edit concerns, for messages.
  ///   - settle: As for `carryOut`.
  /// - Throws: `SPINError` with code `resumable` where it cannot be done now, `malformedInput` where a value holds
  ///   bytes of neither side; nothing is changed then.
  package func finish(
    in directory: String, as action: Action, describe: (ByteEdit) -> String,
    settling settle: () throws -> Void = {}
  ) throws {
    for (name, edits) in Dictionary(grouping: edits, by: \.file).sorted(by: { $0.key < $1.key }) {
      let path = directory + "/" + name
      try Self.requireOwnFile(path)
      let file = try RandomAccessFile(path: path, .read)
      for edit in edits {
        let found = try file.read(count: edit.old.count, at: edit.offset)
        guard edit.mayHaveLeft(found) else {
          throw SPINError(
            .malformedInput, at: "\(path): \(describe(edit))",
            "holds \(SHA256.hexadecimal(found)), which the interrupted \(purpose) from "
              + "\(SHA256.hexadecimal(edit.old)) to \(SHA256.hexadecimal(edit.new)) cannot have left",
            remedy: "the file was changed since; download the model again")
        }
      }
    }
    let target = action == self.action ? edits : edits.map(\.inverse)
    do {
      try write(target, to: opened(in: directory), in: directory, settle)
    } catch let error as SPINError {
      throw unfinished(error)
    }
  }

  private func unfinished(_ error: SPINError) -> SPINError {
    error.counted(as: .resumable).adding("; \(purpose) is not finished")
      .advising("remove the cause, then run the command again, which finishes it")
  }

  /// Refuses to use a directory in which an edit was interrupted; nothing is written.
  ///
  /// - Throws: `SPINError` with code `resumable` that says what finishes it.
  package static func refuse(in directory: String) throws {
    let path = directory + "/" + fileName
    guard FileSystem.status(path, following: false) != nil else { return }
    throw SPINError(
      .resumable, at: path,
      "says that an edit in place was interrupted, so that the weights may be half edited",
      remedy:
        "finish it with `spin patch apply \(ShellText.quoted(directory)) PATCH --in-place`, or undo it with "
        + "`spin patch revert`; if the file came with a download, remove it")
  }

  /// The edit that was interrupted in a directory, nil where none was; what a killed writer left of a journal goes.
  ///
  /// - Precondition: The caller has the directory alone.
  /// - Parameter expected: The edits that the user means.
  /// - Throws: `SPINError` with code `checkFailed` where a journal is there that is none of these.
  package static func found(
    in directory: String, among expected: [EditJournal]
  ) throws -> EditJournal? {
    let path = directory + "/" + fileName
    guard let status = FileSystem.status(path, following: false) else {
      // A journal without its name: the edit never began. It does no harm where it cannot be removed.
      try? OutputFile.removeAbandoned(of: path)
      return nil
    }
    if status.kind == .file {
      for journal in expected {
        let bytes = journal.serialized
        if status.byteCount == bytes.count, try FileSystem.read(path) == bytes { return journal }
      }
    }
    throw SPINError(
      .checkFailed, at: path,
      "is the journal of an interrupted edit, but not one of this patch; nothing was written",
      remedy:
        "give the patch that was being applied or reverted; if the file came with a download, "
        + "remove it")
  }

  /// The files that are edited, by name.
  private func opened(in directory: String) throws -> [String: RandomAccessFile] {
    var files: [String: RandomAccessFile] = [:]
    for name in Set(edits.map(\.file)).sorted() {
      files[name] = try RandomAccessFile(path: directory + "/" + name, .update)
    }
    return files
  }

  /// Makes all edits durable, settles the rest, then removes the journal.
  private func write(
    _ edits: [ByteEdit], to files: [String: RandomAccessFile], in directory: String,
    _ settle: () throws -> Void
  ) throws {
    for (name, edits) in Dictionary(grouping: edits, by: \.file).sorted(by: { $0.key < $1.key }) {
      guard let file = files[name] else { preconditionFailure("\(name) is not open") }
      for edit in edits { try file.write(edit.new, at: edit.offset) }
      try file.synchronize()
    }
    try settle()
    try FileSystem.remove(directory + "/" + Self.fileName)
    try FileSystem.synchronizeDirectory(directory)
  }

  /// Editing a file that has other names edits it for all of them.
  private static func requireOwnFile(_ path: String) throws {
    let remedy: SettingText = "use \(setting: .copy), which makes a copy"
    guard let status = FileSystem.status(path, following: false) else {
      throw SPINError(.missingInput, at: path, "no such file", remedy: "check the path")
    }
    if status.kind == .symbolicLink {
      throw SPINError(
        .cannotCreate, at: path,
        """
        is a link, as in the Hugging Face cache; editing it in place would change the model for \
        everything that uses the cache
        """, remedy: remedy)
    }
    if status.linkCount > 1 {
      throw SPINError(
        .cannotCreate, at: path,
        "has \(status.linkCount) names (hard links); editing it in place would change all of them",
        remedy: remedy)
    }
  }

  private var serialized: [UInt8] {
    let list = edits.map { edit in
      JSON.array([
        .string(edit.file), JSON(edit.offset), .string(SHA256.hexadecimal(edit.old)),
        .string(SHA256.hexadecimal(edit.new)),
      ])
    }
    let json: JSON = [
      "schema": .string(Self.schema), "patch": .string(patch), "action": .string(action.rawValue),
      "edits": .array(list),
    ]
    return Array(json.serialized().utf8)
  }
}
