// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINStorage

/// The files of a commit of a repository that are here.
public struct HubSnapshot: Sendable, Equatable {
  /// The repository, at the revision that was requested.
  public let reference: HubReference
  /// The commit, 40 hexadecimal digits.
  public let commit: String
  /// The folder of the files.
  public let path: String

  /// The repository with its commit: "owner/name@commit".
  public var name: String { "\(reference.repository)@\(commit)" }

  /// What a model needs and what is not here, by name; empty where it can be used.
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
