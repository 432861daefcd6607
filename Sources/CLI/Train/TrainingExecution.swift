// SPDX-License-Identifier: Apache-2.0

import SPINJSON
import SPINJobs
import SPINStorage

/// Trains with plan, progress and Ctrl+C; what all methods of `train` do once they know their job.
struct TrainingExecution {
  let job: any TrainingJob
  let out: String
  let work: WorkOptions

  func run() throws {
    Warnings.write(job.warnings)
    for input in job.inputFolders { try FileSystem.requireApart(out, from: input) }
    // What the training would refuse is refused before its plan is shown.
    try job.folder(out).requireUsable(restart: work.restart)
    let plan = TrainingPlanText(job: job)
    if !work.quiet { StandardError.write(plan.text) }
    guard !work.dryRun else {
      if work.json { print(plan.json.serialized(), terminator: "") }
      return
    }
    let folder = job.folder(out)
    if try work.restart || !folder.isComplete() {
      let reporter = TrainingProgressReporter(isQuiet: work.quiet)
      try reporter.during {
        _ = try job.run(
          into: out, restart: work.restart, shouldStop: { Interruption.wasRequested },
          report: reporter.show)
      }
    } else {
      try folder.tidy()
      if !work.quiet { StandardError.write("train    already done\n") }
    }
    guard work.json else { return printExactly(out) }
    print(
      try JSON(parsing: FileSystem.read(folder.record), path: folder.record).serialized(),
      terminator: "")
  }
}
