// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON
import SPINStorage

/// Edits of the files of a directory that survive `kill -9` and a loss of power at any moment.
///
/// A journal with all edits is made durable before the first byte of a file changes and removed
/// after the last one is durable. Whoever finds a journal carries out all of it again: writing the
/// same bytes twice does no harm, so it does not matter where the writer died, nor whether the
/// one who finishes dies too.
package enum EditJournal {
  /// The name of the journal in the directory of the files.
  package static let fileName = ".spin-edit-journal.json"
  private static let schema = "edit-journal/1"

  /// Edits files in place.
  ///
  /// - Parameters:
  ///   - edits: What to change; the caller has checked that the old bytes are there.
  ///   - directory: Where the files are; no other process may be editing them.
  ///   - purpose: What is being done, for the one who may have to finish it.
  /// - Throws: `SPINError` where nothing was changed, or with code `resumable` where the next call
  ///   of `recover` will finish the work.
  package static func apply(_ edits: [ByteEdit], in directory: String, purpose: String) throws {
    let lock = try DirectoryLock(directory)
    defer { lock.release() }
    let journal = directory + "/" + fileName
    guard FileSystem.status(journal, following: false) == nil else {
      throw SPINError(
        .resumable, at: journal, "an earlier edit was interrupted",
        remedy: "run the command again, which finishes the edit first")
    }
    for file in Set(edits.map(\.file)).sorted() { try requireOwnFile(directory + "/" + file) }
    try OutputFile.write(serialize(edits, purpose: purpose), to: journal)
    do {
      try carryOut(edits, in: directory)
    } catch let error as SPINError {
      throw SPINError(
        .resumable, at: error.location, error.message + "; \(purpose) is half done",
        remedy: "remove the cause, then run any command on this model, which finishes it")
    }
  }

  /// Finishes edits that were interrupted.
  ///
  /// - Returns: What was finished, nil where there was nothing to do.
  /// - Throws: `SPINError` with code `resumable` where it cannot be finished now, `malformedInput`
  ///   where the files hold neither the old nor the new bytes.
  package static func recover(_ directory: String) throws -> String? {
    let journal = directory + "/" + fileName
    guard FileSystem.status(journal, following: false) != nil else {
      sweep(directory)
      return nil
    }
    let lock: DirectoryLock
    let edits: [ByteEdit]
    let purpose: String
    do {
      lock = try DirectoryLock(directory)
      // Its writer may just have finished.
      guard FileSystem.status(journal, following: false) != nil else {
        lock.release()
        return nil
      }
      (edits, purpose) = try read(journal)
    }
    defer { lock.release() }
    for edit in edits {
      let path = directory + "/" + edit.file
      try requireOwnFile(path)
      let found = try RandomAccessFile(path: path, .read).read(
        count: edit.old.count, at: edit.offset)
      guard found == edit.old || found == edit.new else {
        throw SPINError(
          .malformedInput, at: "\(path): byte \(edit.offset)",
          "holds \(hexadecimal(found)), the interrupted \(purpose) expected "
            + "\(hexadecimal(edit.old)) or \(hexadecimal(edit.new))",
          remedy: "the file was replaced since; download the model again and remove \(journal)")
      }
    }
    do {
      try carryOut(edits, in: directory)
    } catch let error as SPINError {
      throw SPINError(
        .resumable, at: error.location, error.message + "; an interrupted \(purpose) waits here",
        remedy: "make the model writable and run the command again, which finishes it")
    }
    return purpose
  }

  /// Removes a journal that was never finished, whose edit therefore never began.
  ///
  /// It does no harm, so a folder that is locked or cannot be written keeps it.
  private static func sweep(_ directory: String) {
    let journal = directory + "/" + fileName
    guard let names = try? OutputFile.abandonedNames(of: journal), !names.isEmpty,
      let lock = try? DirectoryLock(directory)
    else { return }
    defer { lock.release() }
    try? OutputFile.removeAbandoned(of: journal)
  }

  /// Makes all edits durable, then removes the journal.
  private static func carryOut(_ edits: [ByteEdit], in directory: String) throws {
    for (name, edits) in Dictionary(grouping: edits, by: \.file).sorted(by: { $0.key < $1.key }) {
      let file = try RandomAccessFile(path: directory + "/" + name, .update)
      for edit in edits { try file.write(edit.new, at: edit.offset) }
      try file.synchronize()
    }
    try FileSystem.remove(directory + "/" + fileName)
    try FileSystem.synchronizeDirectory(directory)
  }

  /// Editing a file that has other names edits it for all of them.
  private static func requireOwnFile(_ path: String) throws {
    let remedy = "use --out, which makes a copy"
    guard let status = FileSystem.status(path, following: false) else {
      throw SPINError(.missingInput, at: path, "no such file", remedy: "check the path")
    }
    if status.kind == .symbolicLink {
      throw SPINError(
        .cannotCreate, at: path,
        "is a link, as in the Hugging Face cache; editing it in place would change the model for "
          + "everything that uses the cache", remedy: remedy)
    }
    if status.linkCount > 1 {
      throw SPINError(
        .cannotCreate, at: path,
        "has \(status.linkCount) names (hard links); editing it in place would change all of them",
        remedy: remedy)
    }
  }

  private static func serialize(_ edits: [ByteEdit], purpose: String) -> [UInt8] {
    let list = edits.map { edit in
      JSON.array([
        .string(edit.file), JSON(edit.offset), .string(hexadecimal(edit.old)),
        .string(hexadecimal(edit.new)),
      ])
    }
    let json: JSON = [
      "schema": .string(schema), "purpose": .string(purpose), "edits": .array(list),
    ]
    return Array(json.serialized().utf8)
  }

  private static func read(_ path: String) throws -> ([ByteEdit], String) {
    let json = try JSON(parsing: try FileSystem.read(path), path: path)
    let object = try json.requireObject(at: path)
    let found = try object.required("schema", as: String.self)
    guard found == schema else {
      throw object.failure(
        "schema", "is \"\(found)\", expected \"\(schema)\"", code: .unavailable,
        remedy: "a newer version of spin left this journal; finish with that version")
    }
    let edits = try object.required("edits", as: [JSON].self).map { json in
      guard let fields = json.array, fields.count == 4, let file = fields[0].string,
        !file.utf8.contains(UInt8(ascii: "/")), let offset = Int(json: fields[1]), offset >= 0,
        let old = fields[2].string.flatMap(bytes(hexadecimal:)),
        let new = fields[3].string.flatMap(bytes(hexadecimal:)), old.count == new.count
      else { throw object.failure("edits", "holds \(json.brief), expected file, offset, old, new") }
      return ByteEdit(file: file, offset: offset, old: old, new: new)
    }
    return (edits, try object.required("purpose", as: String.self))
  }
}

/// Bytes as lower-case hexadecimal, first byte first.
func hexadecimal(_ bytes: [UInt8]) -> String {
  let digits = Array("0123456789abcdef".utf8)
  return String(
    decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}

/// The bytes that lower-case hexadecimal stands for, nil where it is none.
func bytes(hexadecimal text: String) -> [UInt8]? {
  let digits = Array(text.utf8)
  guard digits.count % 2 == 0 else { return nil }
  var result: [UInt8] = []
  for index in stride(from: 0, to: digits.count, by: 2) {
    guard let high = nibble(digits[index]), let low = nibble(digits[index + 1]) else { return nil }
    result.append(high << 4 | low)
  }
  return result
}

private func nibble(_ digit: UInt8) -> UInt8? {
  switch digit {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
  default: nil
  }
}
