// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINExecution
import SPINKernels
import SPINScores
import SPINStorage

/// Where an unfinished run keeps its journal, its finished parts and its scratch file.
struct ScoringWorkspace {
  let directory: ScoreDirectory
  let output: OutputFolder
  let execution: Execution
  let identity: String

  private static let folderName = ".scoring"
  private var folder: String { "\(directory.path)/\(Self.folderName)" }
  var journal: String { folder + "/journal.jsonl" }

  /// The scores of a block for a data set.
  func part(layer: Int, dataSet: String) -> String { folder + "/\(dataSet)-\(layer).safetensors" }

  /// Opens the scratch file; folders that were made for it are removed again if it cannot be opened.
  func openActivations(
    tokenCount: Int, width: Int, layerCount: Int, device: any Device
  ) throws -> ActivationFile {
    let made = try execution.scratchDirectory.map { try FileSystem.makeDirectories(to: $0) } ?? []
    do {
      return try ActivationFile(
        path: prepare(), tokenCount: tokenCount, width: width, layerCount: layerCount,
        device: device)
    } catch {
      if !made.isEmpty, let path = try? activations() { try? FileSystem.remove(path) }
      FileSystem.removeEmptyDirectories(made)
      throw error
    }
  }

  /// Makes the folders and finds the scratch file; a journal whose scratch file is gone begins anew.
  ///
  /// A scratch file in a folder that others write to as well has a random name, which the workspace holds, and
  /// is made by this run or an earlier one of it: never one that somebody has put there.
  ///
  /// - Returns: The path of the scratch file.
  private func prepare() throws -> String {
    try FileSystem.ensureDirectory(folder)
    // What another run left unfinished is refused before its scratch file is touched.
    if FileSystem.status(journal) != nil {
      _ = try ScoringJournal(path: journal, identity: identity)
    }
    let before = try activations()
    let path: String
    if let scratch = execution.scratchDirectory {
      if let before, FileSystem.parent(of: before) == FileSystem.parent(of: scratch + "/x") {
        path = before
      } else {
        if let before { try FileSystem.remove(before) }
        let random = (0..<2).map { _ in String(UInt64.random(in: 0 ... .max), radix: 16) }
        path = "\(scratch)/spin-\(random.joined()).activations"
        try OutputFile.write(Array(path.utf8), to: scratchRecord)
      }
    } else {
      path = folder + "/activations"
    }
    guard FileSystem.status(path, following: false) == nil else { return path }
    if FileSystem.status(journal) != nil { try FileSystem.remove(journal) }
    _ = try RandomAccessFile(path: path, .create)
    return path
  }

  /// Removes the workspace.
  func discard() throws {
    if let path = try activations() { try FileSystem.remove(path) }
    try output.discard(Self.folderName)
  }

  /// The path of a scratch file in another folder.
  private var scratchRecord: String { folder + "/scratch" }

  /// The scratch file that a run here made; nil where there is none.
  private func activations() throws -> String? {
    guard FileSystem.status(scratchRecord, following: false)?.kind == .file else { return nil }
    let path = String(decoding: try FileSystem.read(scratchRecord), as: UTF8.self)
    let name = FileSystem.name(of: path)
    guard name.hasPrefix("spin-"), name.hasSuffix(".activations") else {
      throw SPINError(
        .malformedInput, at: scratchRecord, "does not name a scratch file",
        remedy: "give \(enabling: .restart) to begin anew")
    }
    return FileSystem.status(path, following: false)?.kind == .file ? path : nil
  }
}
