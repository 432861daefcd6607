// SPDX-License-Identifier: Apache-2.0

import SPIN

let aims = ["privacy", "fairness"]
var scoring = ScoringRequest(
  model: "demo/model",
  data: (aims + ["general"]).map { .init(name: $0, path: "demo/\($0).csv") })
scoring.target = .all
let job = try ScoringJob(scoring)
