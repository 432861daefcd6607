// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINStorage

/// The files of one commit of a repository in the cache.
public struct HubSnapshot: Sendable, Equatable {
  /// The repository, at the revision that was requested.
  public let reference: HubReference
  /// The commit, 40 hexadecimal digits.
  public let commit: String
  /// The folder of its files.
  public let path: String

  /// The repository and its commit: "owner/name@commit".
  public var name: String { "\(reference.repository)@\(commit)" }

  /// The files that a model needs and that are absent, by name; empty if the model is complete.
  var missingFiles: [String] {
    func isHere(_ name: String) -> Bool { FileSystem.status("\(path)/\(name)")?.kind == .file }
    var missing = isHere("config.json") ? [] : ["config.json"]
    let tokenizers = [["tokenizer.json"], ["tokenizer.model"], ["vocab.json", "merges.txt"]]
    if !tokenizers.contains(where: { $0.allSatisfy(isHere) }) { missing.append("tokenizer.json") }
    if isHere("model.safetensors") { return missing }
    guard isHere(ShardIndex.fileName) else { return missing + ["model.safetensors"] }
    guard let index = try? ShardIndex(path: "\(path)/\(ShardIndex.fileName)") else {
      return missing + [ShardIndex.fileName]
    }
    return missing + index.shardNames.filter { !isHere($0) }
  }
}
