// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// The record of the entries that a command wrote to a folder: `.spin-files`, in the format of
/// `sha256sum`.
///
/// The first line names the command. Each further line has a path in the folder, preceded by the
/// fingerprint of a finished file or by `-`; the last line for a path counts. An entry is recorded
/// before it is created, so that everything a killed process leaves is on record.
struct OutputRecord {
  /// The state of an entry.
  enum Content: Equatable {
    /// A folder, a journal, or a file that is being written or was when the process ended.
    case open
    /// A finished file with its fingerprint.
    case finished(FileFingerprint)
  }

  static let name = ".spin-files"
  private static let schema = "# spin-files/1 "

  /// The command that writes to the folder: "run".
  let command: String
  private(set) var entries: [String: Content] = [:]
  private let path: String
  private var file: RandomAccessFile?
  private var end = 0

  /// Reads the record of a folder, if there is one, without writing anything.
  ///
  /// - Throws: `SPINError` if the record belongs to another command or is damaged.
  init(folder: String, command: String) throws {
    self.command = command
    path = "\(folder)/\(Self.name)"
    guard let status = FileSystem.status(path, following: false) else { return }
    guard status.kind == .file else { throw damaged("is not a file") }
    let bytes = try FileSystem.read(path)
    // A line that was cut off by a crash is ignored.
    end = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    let lines = bytes[..<end].split(separator: UInt8(ascii: "\n")).map {
      String(decoding: $0, as: UTF8.self)
    }
    guard let first = lines.first else {
      // A crash may have cut off the first line; anything else is not ours.
      let whole = Array((Self.schema + command + "\n").utf8)
      guard whole.starts(with: bytes) else { throw damaged("does not begin as one of spin's") }
      return
    }
    guard first.hasPrefix(Self.schema) else { throw damaged("does not begin as one of spin's") }
    let other = first.dropFirst(Self.schema.count)
    guard other == command else {
      throw SPINError(
        .cannotCreate, at: folder, "is the folder of `spin \(other.excerpt)`",
        remedy: "choose another \(setting: .directory)")
    }
    for line in lines.dropFirst() {
      guard let (name, content) = Self.parse(line) else {
        throw damaged("has the line \"\(line.excerpt)\"")
      }
      entries[name] = content
    }
  }

  /// The command of the record at a path; nil if there is no readable record.
  static func command(at path: String) -> String? {
    guard let bytes = try? FileSystem.read(path),
      let first = bytes.split(separator: UInt8(ascii: "\n")).first
    else { return nil }
    let line = String(decoding: first, as: UTF8.self)
    return line.hasPrefix(schema) ? String(line.dropFirst(schema.count)) : nil
  }

  private func damaged(_ found: String) -> SPINError {
    SPINError(
      .malformedInput, at: path, "\(found)",
      remedy: """
        the record of this folder is damaged, so that spin cannot tell which files here are its own: choose another \
        \(setting: .directory), or move the folder away
        """)
  }

  /// Records the state of an entry.
  mutating func record(_ name: String, _ content: Content) throws {
    if entries[name] == content { return }
    let file = try self.file ?? RandomAccessFile(path: path, .createOrUpdate)
    self.file = file
    let line = (end == 0 ? Self.schema + command + "\n" : "") + Self.line(name, content)
    try file.truncate(to: end)
    try file.write(Array(line.utf8), at: end)
    end += line.utf8.count
    entries[name] = content
  }

  /// Removes entries that no longer exist and sorts the others, so that equal folders have equal
  /// records.
  mutating func compact(forgetting isGone: (String) -> Bool) throws {
    guard end > 0 else { return }
    entries = entries.filter { !isGone($0.key) }
    let names = entries.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let lines = names.map { Self.line($0, entries[$0] ?? .open) }
    file = nil
    let bytes = Array((Self.schema + command + "\n" + lines.joined()).utf8)
    if try FileSystem.read(path) != bytes { try OutputFile.write(bytes, to: path) }
    end = bytes.count
  }

  // MARK: - Lines

  private static func line(_ name: String, _ content: Content) -> String {
    let digest =
      switch content {
      case .open: "-"
      case .finished(let fingerprint): fingerprint.text
      }
    // Escaped like names with line breaks in the output of sha256sum.
    var escaped = name
    for (character, code) in [("\\", "\\\\"), ("\n", "\\n"), ("\r", "\\r")] {
      escaped = escaped.split(separator: Character(character), omittingEmptySubsequences: false)
        .joined(separator: code)
    }
    return (escaped == name ? "" : "\\") + "\(digest)  \(escaped)\n"
  }

  private static func parse(_ line: String) -> (name: String, content: Content)? {
    let isEscaped = line.hasPrefix("\\")
    let fields = line.dropFirst(isEscaped ? 1 : 0).utf8
    guard let space = fields.firstIndex(of: UInt8(ascii: " ")),
      let rest = fields.index(space, offsetBy: 2, limitedBy: fields.endIndex)
    else { return nil }
    let digest = String(fields[..<space]) ?? ""
    let name = String(fields[rest...]) ?? ""
    guard let name = isEscaped ? unescaped(name) : name, isInside(name) else { return nil }
    if digest == "-" { return (name, .open) }
    return FileFingerprint(text: digest).map { (name, .finished($0)) }
  }

  private static func unescaped(_ text: String) -> String? {
    var result = ""
    var iterator = text.unicodeScalars.makeIterator()
    while let scalar = iterator.next() {
      guard scalar == "\\" else {
        result.unicodeScalars.append(scalar)
        continue
      }
      switch iterator.next() {
      case "\\": result += "\\"
      case "n": result += "\n"
      case "r": result += "\r"
      default: return nil
      }
    }
    return result
  }

  /// Whether a path stays inside the folder, since the record may come from elsewhere.
  private static func isInside(_ name: String) -> Bool {
    let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    return !name.isEmpty && !name.utf8.contains(0)
      && parts.allSatisfy {
        !$0.isEmpty && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8)
      }
  }
}
