// SPDX-License-Identifier: Apache-2.0

import SPINJSON
import SPINJobs
import SPINTestSupport
import Testing

/// A measure that no module knows: how many zeros there are among the weights of all matrices.
private struct ZeroCount: Measure {
  let name = "zeros"
  let identity: JSONObject = ["zeros_of": "all matrices"]
  let summary: String? = "zeros"

  func measure(_ side: MeasuredSide) throws -> Int {
    side.report(.began(side.title(name), count: 1))
    defer { side.report(.ended) }
    return side.edit == nil ? 0 : 30
  }

  func outcome(of results: Sides<Int>, _ models: ComparedModels?) -> Outcome? {
    Outcome(results: results)
  }

  func plannedSteps(_ side: String, of model: PlannedModel) -> [PlannedStep] {
    [PlannedStep("zeros \(side)", "all matrices", seconds: 0)]
  }

  struct Outcome: MeasureOutcome {
    let results: Sides<Int>

    var json: JSONObject { ["zeros": .array(results.all.map { JSON($0) })] }
    var record: JSONObject { ["zeros": JSON(results.last)] }
    var warnings: [String] { ["there are zeros"] }
    var section: MeasureSection? { MeasureSection(title: "Zeros", note: "Of all matrices.") }
    var quantities: [MeasuredQuantity] {
      [
        MeasuredQuantity(
          "weights", title: "zero weights", items: "models", scale: .plain(unit: "weights"),
          results.map { .init(.init(Double($0)), count: 1) },
          change: .init(.init(Double(results.last)), pValue: nil))
      ]
    }
  }
}

/// Another one, whose outcome is of the same type.
private struct Sevens: Measure {
  let name = "sevens"

  func measure(_ side: MeasuredSide) -> Int { 7 }

  func outcome(of results: Sides<Int>, _ models: ComparedModels?) -> ZeroCount.Outcome? {
    ZeroCount.Outcome(results: results)
  }
}

/// A measure of one's own goes through runs, records, plans and reports as those of SPIN do.
struct OwnMeasureTests {
  @Test func aRunTakesIt() async throws {
    let made = try MeasuredJob()
    var scoring = ScoringRequest(
      model: made.job.model,
      data: SmallJob.dataSets.map { .init(name: $0, path: made.job.data($0)) },
      on: Execution(threads: 2))
    scoring.calibration.sampleCount = 8
    scoring.target = .all
    let job = try ScoringJob(scoring)
    var request = EvaluationRequest()
    request.questions = [.init(name: "fairness", path: made.questions("fairness"))]
    request.generation.maxNewTokens = 4
    request.execution = Execution(threads: 2)
    let evaluation = try ModelEvaluation(
      request, and: [Sevens(), ZeroCount()], of: job.model, modelFiles: job.modelFiles,
      judge: PhraseJudge())
    #expect(evaluation.summary == "20 fairness questions, zeros")
    #expect(evaluation.identity.object?["zeros_of"] == "all matrices")
    var selection = Selection()
    (selection.pairAmount, selection.generalAmount) = (.count(30), .count(30))
    let run = PipelineRun(job: job, selection: selection, allowsEmpty: true)
    let directory = RunDirectory(path: made.job.path + "/own")
    let plan = run.plan(into: directory, evaluation: evaluation, rates: MachineRates(Execution()))
    #expect(plan.steps.map(\.name).suffix(2) == ["fairness after", "zeros after"])

    let work = run.start(into: directory, evaluation: evaluation)
    var began: [String] = []
    for await event in work.events {
      if case .measuring(.began(let name, _)) = event { began.append(name) }
    }
    let found = try #require(try await work.value.evaluations.last)
    #expect(began.contains("zeros before") && began.contains("zeros after"), "\(began)")
    #expect(found.outcome(of: ZeroCount.self)?.results.all == [0, 30])
    #expect(found.outcome(of: Sevens.self)?.results.all == [7, 7])
    #expect(found.outcome(of: Awareness.self)?.lists.map(\.name) == ["fairness"])
    #expect(found.warnings.contains("there are zeros"))
    #expect(found.json.object?["zeros"] == 30)

    let path = directory.evaluation + "/zeros.json"
    let document = try JSON(parsing: bytes(of: path), path: path).requireObject(at: path)
    #expect(document["schema"] == "zeros/1" && document["zeros"] == [0, 30])
    let page = try text(of: directory.report.html)
    #expect(page.contains("zero weights") && page.contains("Of all matrices."))
    let record = try text(of: directory.path + "/request.json")
    #expect(record.contains("\"zeros\""))
  }
}
