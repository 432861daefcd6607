// SPDX-License-Identifier: Apache-2.0

import SPIN

let aims = ["privacy", "fairness"]
var scoring = ScoringRequest(
  model: "demo/model",
  data: (aims + ["general"]).map { .init(name: $0, path: "demo/\($0).csv") })
scoring.target = .all
let job = try ScoringJob(scoring)

let selection = Selection(generalAmount: .share(1e-3), pairAmount: .share(1e-3))
let run = PipelineRun(job: job, selection: selection)
let result = try await run.start(into: RunDirectory(path: "edit")).value
print("\(result.patch.weightCount) weights are zero now")
