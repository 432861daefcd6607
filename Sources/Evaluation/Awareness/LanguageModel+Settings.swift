// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
public import SPINGeneration
import SPINStorage

extension LanguageModel {
  /// The files beside the weights that decide what a model says.
  static let settingsFiles = [
    "config.json", "generation_config.json", "tokenizer.json", "tokenizer.model",
    "tokenizer_config.json", "special_tokens_map.json",
  ]

  /// One SHA-256 over configuration and tokenizer: what the hash of the weights does not cover.
  ///
  /// - Throws: `SPINError` where a file cannot be read.
  public func settingsDigest() throws -> String {
    var lines = ""
    for name in Self.settingsFiles {
      let path = directory.path + "/" + name
      guard FileSystem.status(path)?.kind == .file else { continue }
      lines += "\(try FileDigest.sha256(ofFileAt: path))  \(name)\n"
    }
    return FileDigest.sha256(Array(lines.utf8))
  }
}
