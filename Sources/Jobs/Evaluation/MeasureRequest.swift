// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
package import SPINEvaluation
package import SPINGeneration
package import SPINJSON
package import SPINKernels
package import SPINLanguageModel
import SPINStorage

/// The request for a measure, option by option: the member `request` of its result.
///
/// A finished result is replaced by that of the same request, or of one that continues it (a larger limit,
/// another list of questions), and by no other.
///
///     var request = MeasureRequest()
///     try request.add(model, hash: hash, execution.arithmetic)
///     request.add("--text", file: "wiki.test.raw", digest: evaluation.digest)
///     try request.requireReplaceable("measures/perplexity.json")
package struct MeasureRequest: Sendable {
  /// The member of a result that holds it.
  package static let key = "request"

  private var entries: [RequestRecord.Entry] = []

  /// An empty request, to which options are added.
  package init() {}

  init(_ entries: [RequestRecord.Entry]) { self.entries = entries }

  /// Adds an option.
  ///
  /// - Parameters:
  ///   - option: As it is typed: "--window".
  ///   - value: What it decides; null where it is not given.
  ///   - grows: Whether a larger number, no limit, or more elements continue what is there.
  package mutating func add(_ option: String, _ value: JSON, grows: Bool = false) {
    entries.append(.init(option: option, value: value, part: .evaluation, grows: grows))
  }

  /// Adds a file, which its content decides; null where it is not given.
  package mutating func add(_ option: String, file path: String?, digest: String?) {
    guard let path, let digest else { return add(option, .null) }
    entries.append(.file(option, path, digest, .evaluation))
  }

  /// Adds a model: its weights, and what decides how it computes with them.
  package mutating func add(
    _ model: LanguageModel, hash: String, _ arithmetic: Arithmetic
  ) throws {
    entries += try RequestRecord.model(model, hash: hash, arithmetic)
  }

  /// Adds the edit of a model, or that there is none.
  ///
  /// - Parameters:
  ///   - patch: The file of a patch, if one was given.
  ///   - adapter: The folder of an adapter, if one was given.
  ///   - edit: What either of them does.
  package mutating func add(patch: String?, adapter: String?, _ edit: ModelEdit?) {
    add("--patch", file: patch, digest: edit?.digest)
    add("--adapter", file: adapter, digest: edit?.digest)
  }

  /// Adds the judge, with everything that decides its verdicts.
  package mutating func add(_ judge: any Judge) {
    add("--judge", file: judge.label, digest: judge.identity.digest)
  }

  /// Adds what decides a prompt.
  package mutating func add(_ option: String, _ format: PromptFormat) {
    add(option, RequestRecord.text(format))
  }

  /// Adds how answers are generated.
  package mutating func add(_ options: GenerationOptions) {
    add("--max-new-tokens", JSON(options.maxNewTokens))
    add("--stop", .array(options.stopStrings.map { .string($0) }))
    guard case .random(let temperature, let topP, let topK, let seed) = options.sampling else {
      return add("--temperature", 0)
    }
    add("--temperature", .number(temperature))
    add("--top-p", .number(topP))
    add("--top-k", JSON(topK))
    add("--sampling-seed", .string("\(seed)"))
  }

  /// The request as results record it.
  package var json: JSON {
    var members = JSONObject()
    for entry in entries { members[entry.option] = entry.value }
    return .object(members)
  }

  /// Requires that the result of another request is not replaced.
  ///
  /// - Parameter path: The path of the result.
  /// - Throws: `SPINError` with code `cannotCreate` that names what differs.
  package func requireReplaceable(_ path: String) throws {
    guard FileSystem.status(path)?.kind == .file else { return }
    let document = try? JSON(parsing: FileSystem.read(path), path: path).object
    let remedy: SettingText =
      "choose another \(setting: .directory), or remove this file to have it replaced"
    guard let recorded = document?[Self.key]?.object else {
      throw SPINError(
        .cannotCreate, at: path, "is a result that does not record its request",
        remedy: remedy)
    }
    let differences = RequestRecord(entries: entries).differences(from: recorded)
    guard !differences.isEmpty else { return }
    let named =
      differences.prefix(6).map(\.text).joined(separator: "; ")
      + (differences.count > 6 ? "; and \(differences.count - 6) more" : "")
    throw SPINError(
      .cannotCreate, at: path,
      "is the result of another request: \(named)",
      remedy: "repeat the options of that request, \(remedy)")
  }
}

extension JSON {
  /// The SHA-256 of the value as it is written on one line.
  package var digest: String { FileDigest.sha256(Array(serialized(indented: false).utf8)) }
}
