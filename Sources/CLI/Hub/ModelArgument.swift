// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJobs
import SPINStorage

/// A model as the command line names it: a folder, or `owner/name[@revision]` of the Hugging Face Hub.
struct ModelArgument: ExpressibleByArgument, Equatable {
  /// The help of such an argument.
  static let help = ArgumentHelp(
    "The folder of a Hugging Face checkpoint, or OWNER/NAME[@REVISION] on the Hub.")

  /// As it was typed.
  let text: String

  init(argument: String) { text = argument }

  /// The folder of the model, which is fetched where it is not on this machine and nothing forbids it.
  ///
  /// A folder of that name wins over the Hub.
  ///
  /// - Parameter isDryRun: Whether to fetch no weights: where they are not here, the plan of fetching them is all
  ///   that the command can say, and it ends.
  func folder(isDryRun: Bool = false) throws -> String {
    let reference = HubReference(text)
    if FileSystem.status(text) != nil {
      if let reference { try warn(ofBoth: reference) }
      return text
    }
    guard let reference else { throw unknown }
    do {
      return try HubAccess.use { library in
        let path = try library.model(reference) { folder in
          try HubLibrary.requireSupported(folder)
          try LocalFiles.require(Invocation.arguments)
          if isDryRun { throw DryRun() }
        }.path
        NamedInputs.register(path, as: text)
        return path
      }
    } catch is DryRun {
      StandardError.write(
        "plan     the rest of the plan needs the model's weights: spin model fetch \(reference)\n")
      throw ExitCode.success
    }
  }

  /// The folder with the model's tokenizer and configuration; no weights are fetched.
  func tokenizerFolder() throws -> String {
    if FileSystem.status(text) != nil { return text }
    guard let reference = HubReference(text) else { throw unknown }
    do {
      let path = try HubAccess.use { library in
        if let cached = library.cached(reference),
          FileSystem.status(cached.path + "/tokenizer_config.json") != nil
        {
          return cached.path
        }
        return try library.model(reference) { throw TokenizerFolder(path: $0) }.path
      }
      NamedInputs.register(path, as: text)
      return path
    } catch let found as TokenizerFolder {
      NamedInputs.register(found.path, as: text)
      return found.path
    }
  }

  /// What is wrong with a text that is neither a folder nor a name of the Hub.
  private var unknown: SPINError {
    let form = "OWNER/NAME[@REVISION]"
    guard !text.isEmpty else {
      return SPINError(
        .usage, at: "the model", "is an empty text",
        remedy: "give the folder of a checkpoint, or \(form) of the Hugging Face Hub")
    }
    if let at = text.firstIndex(of: "@"), HubReference(String(text[..<at])) != nil {
      let revision = text[text.index(after: at)...]
      return SPINError(
        .usage, at: text,
        revision.isEmpty
          ? "names no revision after the @" : "names no revision that git allows: \"\(revision)\"",
        remedy: "give a branch, a tag or a commit, or leave out the @")
    }
    guard !text.contains("/") else {
      return SPINError(.missingInput, at: text, "no such directory", remedy: "check the path")
    }
    let name = text.split(separator: "@").first.map { $0.lowercased() } ?? ""
    let known = ((try? HubLibrary(HubSettings()).inventory()) ?? [])
      .map(\.snapshot.reference.repository)
      .filter { $0.lowercased().hasSuffix("/" + name) }
    let cached = Set(known).sorted().joined(separator: " or ")
    return SPINError(
      .missingInput, at: text, "no such directory",
      remedy: cached.isEmpty
        ? "check the path, or give a model of the Hugging Face Hub with its owner: OWNER/\(text)"
        : "check the path, or give \(cached), which is in the Hugging Face cache")
  }

  /// Ends the fetching of a model once its small files are here.
  private struct TokenizerFolder: Error { let path: String }

  private struct DryRun: Error {}

  private func warn(ofBoth reference: HubReference) throws {
    guard let cached = try HubLibrary(HubSettings()).cached(reference) else { return }
    StandardError.warn(
      "using the local folder \(text); the Hugging Face cache also has a model of that name "
        + "(\(cached.path))")
  }
}
