// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
public import SPINLanguageModel
import SPINStorage

extension LanguageModel {
  /// The files other than weights that decide what a model generates.
  static let settingsFiles = [
    "config.json", "generation_config.json", "tokenizer.json", "tokenizer.model",
    "tokenizer_config.json", "special_tokens_map.json",
  ]

  /// One SHA-256 over configuration and tokenizer: what the hash of the weights does not cover.
  ///
  /// - Throws: `SPINError` where a file cannot be read.
  public func settingsDigest() throws -> String {
    try Self.settingsDigest(ofFolder: directory.path)
  }

  /// The same of a folder that need not hold weights.
  public static func settingsDigest(ofFolder path: String) throws -> String {
    var lines = ""
    for name in settingsFiles {
      let file = path + "/" + name
      guard FileSystem.status(file)?.kind == .file else { continue }
      lines += "\(try FileDigest.sha256(ofFileAt: file))  \(name)\n"
    }
    return FileDigest.sha256(Array(lines.utf8))
  }
}
