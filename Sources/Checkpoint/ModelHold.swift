// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINStorage
import Synchronization

/// A model that is in use: other processes of ours do not edit it, and edits of other programs are noticed.
///
/// Every `ModelDirectory` has one for as long as a copy of it exists. The shared lock keeps `spin patch --in-place` away.
/// Other programs know no locks, so that the weight files are looked at again: size, number and times cost nothing, and
/// only where these have moved the digest decides, which tells a copy that was touched from one that was changed.
final class ModelHold: WatchedInput {
  private struct State {
    var marks: [String: FileMark] = [:]
    var hashes: [String: String] = [:]
  }

  /// The files besides the weights of which results are made.
  private static let settings = [
    "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json",
    "special_tokens_map.json", "added_tokens.json", "tokenizer.model", "vocab.json", "merges.txt",
    "chat_template.jinja", "chat_template.json",
  ]

  let lock: SharedDirectoryLock
  private let directory: String
  private let state = Mutex(State())

  init(_ directory: String) throws {
    self.directory = directory
    lock = try SharedDirectoryLock.hold(directory)
  }

  /// Notes what the weight files are; to be called once they are mapped.
  func begin(_ files: [SafetensorsFile]) {
    state.withLock { state in
      for file in files { state.marks[FileSystem.name(of: file.path)] = file.file.mark }
      // Settings decide results and are copied with the weights; small ones may be touched, like weights.
      for name in Self.settings {
        let path = "\(directory)/\(name)"
        guard let mark = FileMark(path: path) else { continue }
        state.marks[name] = mark
        guard mark.byteCount <= 4 << 20 else { continue }
        state.hashes[name] = try? FileDigest.sha256(ofFileAt: path)
      }
    }
    InputWatch.add(self)
  }

  deinit { InputWatch.remove(self) }

  /// Takes the weight files for what they are now: we have edited them ourselves.
  func accept() {
    state.withLock { state in
      for name in state.marks.keys {
        state.marks[name] = FileMark(path: "\(directory)/\(name)") ?? state.marks[name]
      }
      state.hashes = [:]
    }
  }

  /// The digest of a weight file as it was opened.
  ///
  /// - Throws: `SPINError` with code `inputOutput` where the file is not that any more.
  func hash(_ name: String, shouldStop: () -> Bool) throws -> String {
    let (mark, known) = state.withLock { ($0.marks[name], $0.hashes[name]) }
    let path = "\(directory)/\(name)"
    if FileMark(path: path) != mark { try require(name, mark, known) }
    if let known { return known }
    let hash = try FileDigest.sha256(ofFileAt: path, with: [], shouldStop: shouldStop)
    guard FileMark(path: path) == mark else { throw changed(path) }
    state.withLock { $0.hashes[name] = hash }
    return hash
  }

  func requireUnchanged() throws {
    let (marks, hashes) = state.withLock { ($0.marks, $0.hashes) }
    for (name, mark) in marks.sorted(by: { $0.key < $1.key }) {
      guard FileMark(path: "\(directory)/\(name)") != mark else { continue }
      try require(name, mark, hashes[name])
    }
  }

  /// Decides by its digest whether a file that was touched still holds what it held.
  private func require(_ name: String, _ mark: FileMark?, _ known: String?) throws {
    let path = "\(directory)/\(name)"
    guard let known, let now = FileMark(path: path), now.byteCount == mark?.byteCount,
      try FileDigest.sha256(ofFileAt: path) == known, FileMark(path: path) == now
    else { throw changed(path) }
    state.withLock { $0.marks[name] = now }
  }

  private func changed(_ path: String) -> SPINError {
    SPINError(
      .inputOutput, at: path,
      "was changed by another program while it was read, so that results would be those of neither version",
      remedy: "run the command again when no other program changes the model")
  }
}
