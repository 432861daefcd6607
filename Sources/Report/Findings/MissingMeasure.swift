// SPDX-License-Identifier: Apache-2.0

/// Something that was not measured, and the command that measures it.
struct MissingMeasure {
  let what: String
  let command: String
}

extension ReportedRun {
  /// What the report would show and the run does not hold.
  var missing: [MissingMeasure] {
    let run = "RUN"
    // A folder of measures has neither a patch nor a folder inside.
    let isRun = record != nil || patch != nil || selection != nil || sweep != nil
    let answers = isRun ? "\(run)/evaluation" : "DIR"
    let patch = isEdited ? " --patch \(isRun ? "\(run)/patch.json" : "FILE")" : ""
    let evaluation = "--out \(answers)"
    var missing: [MissingMeasure] = []
    func add(_ isAbsent: Bool, _ what: String, _ command: String) {
      if isAbsent { missing.append(MissingMeasure(what: what, command: command)) }
    }
    add(
      awareness == nil, "awareness",
      "spin evaluate awareness MODEL\(patch) --questions fairness=FILE --questions privacy=FILE "
        + evaluation)
    add(
      perplexity == nil, "perplexity",
      "spin evaluate perplexity MODEL\(patch) --text FILE \(evaluation)")
    add(
      divergence == nil && isEdited, "divergence of the next token",
      "spin evaluate divergence MODEL\(patch) --text FILE \(evaluation)")
    add(
      choices == nil, "general ability",
      "spin evaluate choices MODEL\(patch) --task hellaswag --task-data hellaswag=FILE \(evaluation)"
    )
    add(
      phrases == nil, "phrases of the paper's figure 7",
      "spin evaluate phrases --answers \(answers) \(evaluation)")
    add(
      coupling == nil, "dependence of representations",
      "spin evaluate coupling MODEL\(patch) --questions privacy=FILE --questions fairness=FILE "
        + evaluation)
    guard record != nil || selection != nil else { return missing }
    add(
      selection == nil, "the selection by layer",
      "spin select MODEL --scores \(run)/scores --out \(run)/patch.json")
    add(
      selection != nil && curves.isEmpty,
      record?.takenScores(of: run).isEmpty ?? true
        ? "the distribution of scores"
        : "the distribution of scores, which were taken from elsewhere and are no longer there",
      "spin score MODEL --data NAME=FILE --out \(run)/scores")
    add(lint == nil, "data quality", "spin data lint FILE --json > \(run)/data.json")
    return missing
  }
}
