// SPDX-License-Identifier: Apache-2.0

import SPINScores
import SPINStorage

/// Where an unfinished run keeps its journal, its finished parts and its scratch file.
struct ScoringWorkspace {
  let directory: ScoreDirectory
  let resources: ImportanceScorer.Resources
  let identity: String

  private var folder: String { directory.path + "/.scoring" }
  var journal: String { folder + "/journal.jsonl" }

  /// The scores of a block for a data set.
  func part(layer: Int, dataSet: String) -> String { folder + "/\(dataSet)-\(layer).safetensors" }

  var activations: String {
    guard let scratch = resources.scratchDirectory else { return folder + "/activations" }
    return scratch + "/spin-\(identity.prefix(16)).activations"
  }

  /// Whether a run left something here.
  var exists: Bool { FileSystem.status(folder, following: false) != nil }

  /// Makes the folders; a journal whose scratch file is gone begins anew.
  func prepare() throws {
    try FileSystem.ensureDirectory(folder)
    if let scratch = resources.scratchDirectory { try FileSystem.ensureDirectory(scratch) }
    if FileSystem.status(activations) == nil, FileSystem.status(journal) != nil {
      try FileSystem.remove(journal)
    }
  }

  /// Removes the workspace, and the scores of some data sets.
  func discard(_ dataSets: [String]) throws {
    for dataSet in dataSets {
      let path = try directory.path(of: dataSet)
      if FileSystem.status(path) != nil { try FileSystem.remove(path) }
    }
    if FileSystem.status(activations) != nil { try FileSystem.remove(activations) }
    if FileSystem.status(folder) != nil { try FileSystem.removeTree(folder) }
  }
}
