// SPDX-License-Identifier: Apache-2.0

import SPINPatch
import SPINSelection

/// The content of a report, independent of the format: what HTML and Markdown have in common.
struct ReportDocument {
  let title: String
  /// What was done, in one line.
  let subtitle: String
  /// The headline answers, if any, and the table of changes.
  let lead: [Block]
  let sections: [Section]

  init(_ report: Report) {
    let runs = report.runs
    if let comparison = report.comparison {
      title = "\(comparison.methods.count) methods compared"
      subtitle = comparison.model
      lead =
        [.verdicts(ComparisonHeadline.answers(comparison))]
        + [ComparisonTable(comparison)?.block, ComparisonMethodsTable.table(comparison)]
        .compactMap(\.self).map { .table($0) }
      sections =
        [ComparisonPlane.section(comparison), ComparisonSections.advantage(comparison)]
        .compactMap(\.self) + [ComparisonSections.arms(comparison)]
        + [ProvenanceSection.section(comparison)].compactMap(\.self) + Self.sections(of: runs)
    } else if runs.count == 1 {
      let run = runs[0]
      title = run.modelName ?? run.name
      subtitle = run.summary
      lead =
        [.verdicts(Headline(run).answers)]
        + [ChangesTable.block(of: [run])].compactMap { $0 }
      sections = Self.comparison(of: runs) + Self.chapters(of: run, prefix: "")
    } else {
      title = "\(runs.count) runs compared"
      subtitle =
        Headline.list(runs.prefix(Report.chapterLimit).map(\.name))
        + (runs.count > Report.chapterLimit
          ? " and \(runs.count - Report.chapterLimit) more" : "")
      lead = [ChangesTable.block(of: runs)].compactMap { $0 }
      sections = Self.comparison(of: runs) + Self.sections(of: runs)
    }
  }

  /// A section for each run, up to the maximum number, with its sections inside.
  private static func sections(of runs: [ReportedRun]) -> [Section] {
    runs.prefix(Report.chapterLimit).enumerated().map { place, run in
      let prefix = "run-\(place + 1)"
      return Section(
        id: prefix, title: run.name,
        blocks: [
          .paragraph([.text(run.summary)]),
          .verdicts(Headline(run).answers),
        ], sections: chapters(of: run, prefix: prefix + "-"))
    } + leftOut(runs)
  }

  /// The figures that compare several models.
  private static func comparison(of runs: [ReportedRun]) -> [Section] {
    AwarenessPlane.all(of: runs).enumerated().map { place, plane in
      AwarenessSections.plane(plane, id: place == 0 ? "plane" : "plane-\(place + 1)")
    }
  }

  /// The sections of one run, in the order of a reader's questions.
  private static func chapters(of run: ReportedRun, prefix: String) -> [Section] {
    func measures(areAims: Bool) -> [Section?] {
      run.readings.filter { $0.isAim == areAims }.map {
        $0.section(of: run, id: prefix + $0.sectionID)
      }
    }
    let edit = [
      SelectionSections.map(run, id: prefix + "weights"),
      SelectionSections.scores(run, id: prefix + "scores"),
    ]
    let rest = [
      AnswersSection.section(run, id: prefix + "answers"),
      RoundsSection.section(run, id: prefix + "rounds"),
      DataSection.section(run, id: prefix + "data"),
      MissingSection.section(run, id: prefix + "missing"),
      ProvenanceSection.section(run, id: prefix + "provenance"),
    ]
    return
      ([SweepSection.section(run, id: prefix + "sweep")] + measures(areAims: true) + edit
      + measures(areAims: false) + rest).compactMap(\.self)
  }

  private static func leftOut(_ runs: [ReportedRun]) -> [Section] {
    guard runs.count > Report.chapterLimit else { return [] }
    return [
      Section(
        id: "left-out", title: "Runs without a chapter",
        blocks: [
          .paragraph([
            .text(
              "The first \(Report.chapterLimit) runs are shown in full; "
                + "\(runs.count - Report.chapterLimit) are compared only. Report them by themselves "
                + "for their chapters.")
          ])
        ])
    ]
  }
}

extension ReportedRun {
  /// What was done, in one line: "Rule paper: 1,204 weights in 84 matrices set to zero".
  var summary: String {
    guard isEdited else { return "The model as it is, without an edit." }
    if let trained {
      return "\(Self.name(of: trained.kind).capitalizedFirst) trained: "
        + "\(NumberText.count(trained.parameters)) parameters."
    }
    guard !isEmptyEdit else {
      return (selection.map { "Rule \($0.selection.rule.rawValue): no" } ?? "No")
        + " weight selected; the model is unchanged."
    }
    var text = selection.map { "Rule \($0.selection.rule.rawValue): " } ?? ""
    if let weightCount {
      text += "\(NumberText.count(weightCount)) \(weightCount == 1 ? "weight" : "weights")"
      if let matrices = patch?.tensors.count {
        text += " in \(NumberText.count(matrices, "matrix"))"
      }
    } else {
      text += "weights"
    }
    switch patch?.scale ?? selection?.selection.scale {
    case 0: text += " set to zero"
    case let scale?: text += " multiplied by \(NumberText.brief(scale))"
    case nil: text += " edited"
    }
    if let total = selection.map({ $0.matrices.reduce(0) { $0 + $1.size } }), total > 0 {
      text += ", of \(NumberText.count(total)) that took part"
    }
    return text + "."
  }

  /// The name of the edited model if it is the only one: "edited (rule: paper)".
  var editName: String {
    let kind =
      trained.map { Self.name(of: $0.kind) }
      ?? selection.map { "rule: \($0.selection.rule.rawValue)" }
    return "edited" + (kind.map { " (\($0))" } ?? "")
  }

  private static func name(of kind: String) -> String {
    let names = [
      "full": "all weights", "lora": "a LoRA adapter", "dora": "a DoRA adapter",
      "loreft": "a LoReFT adapter",
    ]
    return names[kind] ?? "a \(kind) adapter"
  }
}
