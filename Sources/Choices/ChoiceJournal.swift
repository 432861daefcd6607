// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINCheckpoint
import SPINErrors
import SPINEvaluation
import SPINJSON
import SPINLikelihood
import SPINStorage

/// Items that were evaluated already, so that an interrupted evaluation repeats none.
///
/// An item is known by its tokens, so another limit, more tasks or another number of examples use
/// what is there.
public final class ChoiceJournal {
  struct Answer: Equatable {
    let logLikelihoods: [Double]
    let isGreedy: [Bool]
  }

  private let journal: ItemJournal
  private var answers: [String: Answer] = [:]
  private var starts: [String: Double] = [:]

  /// Opens the journal of a model, or begins one.
  ///
  /// - Parameters:
  ///   - path: Its path; its folder exists.
  ///   - modelHash: What the model is: the hash of its files, as `ModelDirectory.modelHash` gives it, and
  ///     what else decides its answers.
  ///   - edit: A digest of its edit; nil without.
  /// - Throws: `SPINError` where it is of another model or edit, or damaged.
  public init(path: String, modelHash: String, edit: String?) throws {
    let identity: JSON = ["model_sha256": .string(modelHash), "edit": JSON(edit)]
    journal = try ItemJournal(
      path: path, kind: "choices",
      identity: FileDigest.sha256(Array(identity.serialized(indented: false).utf8)))
    for item in journal.items {
      if let key: String = try item.optional("item") {
        answers[key] = Answer(
          logLikelihoods: try item.required("log_likelihoods"),
          isGreedy: try item.required("greedy"))
      } else {
        starts[try item.required("evaluation")] = try item.required("started", as: Double.self)
      }
    }
  }

  /// When an evaluation of these prompts began, in seconds since 1970: now, unless an interrupted one
  /// goes on.
  package func start(of evaluation: ChoiceEvaluation) throws -> Double {
    let digest = evaluation.digest
    if let start = starts[digest] { return start }
    let start = (Date().timeIntervalSince1970 * 1e6).rounded() / 1e6
    try journal.record(["evaluation": .string(digest), "started": .number(start)])
    starts[digest] = start
    return start
  }

  func answer(to key: String, choices: Int) -> Answer? {
    guard let answer = answers[key], answer.logLikelihoods.count == choices,
      answer.isGreedy.count == choices
    else { return nil }
    return answer
  }

  func record(_ answer: Answer, to key: String) throws {
    answers[key] = answer
    try journal.record([
      "item": .string(key),
      "log_likelihoods": .array(answer.logLikelihoods.map { .number($0) }),
      "greedy": .array(answer.isGreedy.map { .bool($0) }),
    ])
  }

  /// What an item is known by: a digest of its tokens.
  static func key(_ parts: [TokenContinuations]) -> String {
    let tokens = parts.map { part -> JSON in
      .array(
        ([part.context] + part.continuations).map { .array($0.map { .integer(Int64($0)) }) })
    }
    return FileDigest.sha256(Array(JSON.array(tokens).serialized(indented: false).utf8))
  }

  static func during(_ journal: ChoiceJournal?, _ work: () throws -> Void) throws {
    guard let journal else { return try work() }
    try journal.journal.during(work)
  }
}
