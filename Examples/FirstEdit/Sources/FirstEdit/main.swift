// SPDX-License-Identifier: Apache-2.0

import SPIN

// The folder that `spin demo --dry-run --out demo` writes; results go to `first-edit` in it.
let demo = CommandLine.arguments.dropFirst().first ?? "demo"
let aims = ["privacy", "fairness"]

// Score: how much each weight matters for privacy, for fairness and for general ability.
var scoring = ScoringRequest(
  model: "\(demo)/model",
  data: (aims + ["general"]).map { .init(name: $0, path: "\(demo)/\($0).csv") })
scoring.target = .all
let job = try ScoringJob(scoring)

// Measure the same questions before and after the edit.
var request = EvaluationRequest()
request.questions = aims.map { .init(name: $0, path: "\(demo)/questions_\($0).csv") }
request.questionColumn = "question"
request.questionLimit = 40
let evaluation = try ModelEvaluation(
  request, of: job.model, modelFiles: job.modelFiles, judge: PhraseJudge())

// Select the weights that both aims share and general ability does not, and set them to zero.
let selection = Selection(generalAmount: .share(1e-3), pairAmount: .share(1e-3))
let work = PipelineRun(job: job, selection: selection)
  .start(into: RunDirectory(path: "\(demo)/first-edit"), evaluation: evaluation)
for await event in work.events {
  if case .measuring(.began(let name, _)) = event { print("\(name) ...") }
}
let result = try await work.value

print("\(result.patch.weightCount) weights are zero now: \(demo)/first-edit/patch.json")
for list in result.evaluations[0].outcome(of: Awareness.self)?.lists ?? [] {
  let rates = list.outcome.sides.all.map { $0.rate.map { "\(Int(100 * $0))%" } ?? "none" }
  print("\(list.name): \(rates.joined(separator: " before, ")) after")
}
