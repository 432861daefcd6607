// SPDX-License-Identifier: Apache-2.0

/// Something that was not measured, and the command that measures it.
struct MissingMeasure {
  let what: String
  let command: String

  /// The parts of a command that measures what a run lacks.
  struct Command {
    /// " --patch RUN/patch.json" if the run has an edit; otherwise empty.
    let patch: String
    /// "--out RUN/evaluation".
    let out: String
    /// The folder of the answers.
    let answers: String
  }
}

extension ReportedRun {
  /// The parts of a report that the run lacks.
  var missing: [MissingMeasure] {
    let run = "RUN"
    // A folder of measures contains neither a patch nor the folder `evaluation`.
    let isRun = record != nil || patch != nil || selection != nil || sweep != nil
    let answers = isRun ? "\(run)/evaluation" : "DIR"
    let command = MissingMeasure.Command(
      patch: isEdited ? " --patch \(isRun ? "\(run)/patch.json" : "FILE")" : "",
      out: "--out \(answers)", answers: answers)
    let known = Set(readings.map(\.file.measure))
    var missing = MeasureReadings.all.filter { !known.contains($0.document) }
      .compactMap { $0.missing(self, command) }
    func add(_ isAbsent: Bool, _ what: String, _ command: String) {
      if isAbsent { missing.append(MissingMeasure(what: what, command: command)) }
    }
    add(
      awareness?.benign.isEmpty == true, "refusals of benign questions",
      isRun
        ? "repeat the command of the run with --benign NAME=FILE"
        : "spin evaluate awareness MODEL\(command.patch) --benign NAME=FILE --questions NAME=FILE \(command.out)"
    )
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
