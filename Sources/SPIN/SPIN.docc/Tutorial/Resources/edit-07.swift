// SPDX-License-Identifier: Apache-2.0

import SPIN

let aims = ["privacy", "fairness"]
var scoring = ScoringRequest(
  model: "demo/model",
  data: (aims + ["general"]).map { .init(name: $0, path: "demo/\($0).csv") })
scoring.target = .all
let job = try ScoringJob(scoring)

var request = EvaluationRequest()
request.questions = aims.map { .init(name: $0, path: "demo/questions_\($0).csv") }
request.questionColumn = "question"
request.questionLimit = 40
let evaluation = try ModelEvaluation(
  request, of: job.model, modelFiles: job.modelFiles, judge: PhraseJudge())

let selection = Selection(generalAmount: .share(1e-3), pairAmount: .share(1e-3))
let run = PipelineRun(job: job, selection: selection)
let work = run.start(into: RunDirectory(path: "edit"), evaluation: evaluation)
for await event in work.events {
  if case .measuring(.began(let name, let count)) = event { print("\(name): \(count)") }
}
let result = try await work.value
print("\(result.patch.weightCount) weights are zero now")

for list in result.evaluations[0].outcome(of: Awareness.self)?.lists ?? [] {
  let rates = list.outcome.sides.all.compactMap(\.rate)
  print(list.name, rates, list.outcome.comparison?.outcomes.reportedPValue as Any)
}
