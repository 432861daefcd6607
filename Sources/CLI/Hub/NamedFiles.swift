// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINCheckpoint
import SPINJobs
import SPINStorage

/// Data files that are named, not typed as paths: the paper's files, files of data sets of the Hub, addresses.
///
///     --data fairness=spin:fairness
///     --questions q=walledai/AdvBench:data/train.csv
///     --text https://example.org/text.txt
///
/// Commands read files. What stands for a file is fetched after a command line was found to be valid and before
/// the command runs, so that no command has to know; its records hold the line as it was typed.
enum NamedFiles {
  /// Options whose value is a file.
  private static let paths: Set = ["--text", "--train", "--prompts", "--exclude-overlap"]
  /// Options whose value is a name, an equals sign and a file.
  private static let namedPaths: Set = [
    "--data", "--questions", "--benign", "--task-data", "--fewshot-data",
  ]
  /// Commands whose arguments are files.
  private static let fileCommands = [["data", "lint"], ["evaluate", "judge"]]

  /// The arguments with paths of files on this machine; nil where none stands for another file.
  static func resolved(_ arguments: [String]) throws -> [String]? {
    let takesFiles = fileCommands.contains { arguments.starts(with: $0) }
    var result = arguments
    var option: String?
    for (index, argument) in arguments.enumerated() {
      var value = argument[...]
      if argument.hasPrefix("--") {
        let name = argument.prefix { $0 != "=" }
        option = String(name)
        guard name.endIndex < argument.endIndex else { continue }
        value = argument[argument.index(after: name.endIndex)...]
      }
      defer { option = nil }
      if namedPaths.contains(option ?? "") {
        guard let sign = value.firstIndex(of: "=") else { continue }
        value = value[value.index(after: sign)...]
      } else if !paths.contains(option ?? "") {
        guard takesFiles, index >= 2 else { continue }
      }
      guard let file = try NamedFile(String(value)) else { continue }
      result[index] = argument[..<value.startIndex] + (try file.fetch())
    }
    return result == arguments ? nil : result
  }
}

/// One file that is named.
struct NamedFile {
  private enum Source {
    case paper(PaperData)
    case address(String)
    case dataSet(HubReference, path: String)
  }

  /// As it was typed.
  let text: String
  private let source: Source

  /// What a text stands for; nil where it is a path.
  ///
  /// - Throws: `SPINError` where it names a file of the paper that there is not.
  init?(_ text: String) throws {
    guard FileSystem.status(text) == nil else { return nil }
    self.text = text
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      .map(String.init)
    guard parts.count == 2, !parts[1].isEmpty else { return nil }
    if parts[0] == "spin" {
      guard let file = PaperData(named: parts[1]) else {
        throw SPINError(
          .usage, at: text, "is none of the paper's files",
          remedy: "there are \(PaperData.all.map { "spin:\($0.name)" }.joined(separator: ", "))")
      }
      source = .paper(file)
    } else if ["http", "https"].contains(parts[0].lowercased()), parts[1].hasPrefix("//") {
      source = .address(text)
    } else if let reference = HubReference(parts[0], kind: .dataset) {
      source = .dataSet(reference, path: parts[1])
    } else {
      return nil
    }
  }

  /// The path of the file on this machine; says its digest on standard error.
  func fetch() throws -> String {
    let found = try located()
    if !Invocation.arguments.contains(where: { ["--quiet", "-q"].contains($0) }) {
      StandardError.writeLine("data     \(text): SHA-256 \(found.sha256)")
    }
    NamedInputs.register(found.path, as: text)
    return found.path
  }

  /// The file on this machine, with its digest.
  ///
  /// - Parameter isFresh: Whether to ask for a newer one.
  func located(isFresh: Bool = false) throws -> (path: String, sha256: String) {
    try HubAccess.use { library in
      switch source {
      case .paper(let file):
        let mirror = ProcessInfo.processInfo.environment["SPIN_DATA_MIRROR"]
        let found = try library.webFile(file.address(mirror: mirror), sha256: file.sha256)
        return (found.path, found.sha256)
      case .address(let address):
        let found = try library.webFile(address)
        return (found.path, found.sha256)
      case .dataSet(let reference, let path):
        let found = try library.file(path, of: reference, isFresh: isFresh)
        return (found.path, try FileDigest.sha256(ofFileAt: found.path))
      }
    }
  }
}
