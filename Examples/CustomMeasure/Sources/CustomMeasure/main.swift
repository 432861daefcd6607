// SPDX-License-Identifier: Apache-2.0

import SPIN

// The folder that `spin demo --dry-run --out demo` writes, with the edit that FirstEdit made.
let demo = CommandLine.arguments.dropFirst().first ?? "demo"
let model = try LanguageModel(path: "\(demo)/model")
let patch = try Patch(path: "\(demo)/first-edit/patch.json")

// The measure, in addition to what the request asks for: nothing here.
let questions = try TextList(path: "\(demo)/questions_privacy.csv", column: "question")
let reasons = Reasons(
  list: try QuestionList(name: "privacy", questions, limit: 40),
  words: ["important", "because", "private"])
let evaluation = try ModelEvaluation(
  EvaluationRequest(), and: [reasons], of: model, modelFiles: model.directory.fileHashes(),
  judge: PhraseJudge())
let comparison = try await evaluation.start(
  comparing: ModelEdit(patch), into: "\(demo)/custom-measure"
).value

for quantity in comparison.outcome(of: Reasons.self)?.quantities ?? [] {
  let before = quantity.before?.estimate?.value ?? 0
  let after = quantity.after.estimate?.value ?? 0
  let pValue = quantity.change?.pValue.map { "p = \($0)" } ?? "too few answers for a test"
  print("reasons in \(quantity.after.count) answers: \(before) before, \(after) after, \(pValue)")
}
