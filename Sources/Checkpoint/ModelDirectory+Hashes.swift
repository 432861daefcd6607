// SPDX-License-Identifier: Apache-2.0

import Dispatch
import SPINErrors
import Synchronization

extension ModelDirectory {
  /// The SHA-256 of each weight file, by name; files are read in parallel, and once.
  ///
  /// The digests are those of the files that were opened: one that was changed or replaced since is an
  /// error of code `inputOutput`.
  ///
  /// - Parameter shouldStop: Checked by several threads; true ends the work with an error of code
  ///   `interrupted`.
  /// - Complexity: reads every byte, about a second per gigabyte and core.
  public func fileHashes(
    shouldStop: @Sendable () -> Bool = { false }
  ) throws -> [String: String] {
    let results = Mutex<[String: Result<String, any Error>]>([:])
    let names = weightFileNames
    DispatchQueue.concurrentPerform(iterations: names.count) { index in
      let result = Result { try hash(of: names[index], shouldStop: shouldStop) }
      results.withLock { $0[names[index]] = result }
    }
    return try results.withLock { $0 }.mapValues { try $0.get() }
  }

  /// One SHA-256 for all weights, whatever the directory is called.
  ///
  /// - Parameter shouldStop: As for `fileHashes`.
  public func modelHash(shouldStop: @Sendable () -> Bool = { false }) throws -> String {
    Self.modelHash(of: try fileHashes(shouldStop: shouldStop))
  }

  /// The SHA-256 of `config.json`: what the weights' hashes do not cover of how a model computes.
  ///
  /// - Throws: `SPINError` where it cannot be read.
  public func configurationDigest() throws -> String {
    try FileDigest.sha256(ofFileAt: path + "/config.json")
  }

  /// The SHA-256 over one line `<sha-256>  <name>` a file, sorted by name: what
  /// `sha256sum *.safetensors | sha256sum` prints.
  public static func modelHash(of fileHashes: [String: String]) -> String {
    let lines = fileHashes.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      .map { "\($0.value)  \($0.key)\n" }
    return FileDigest.sha256(Array(lines.joined().utf8))
  }
}
