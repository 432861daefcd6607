// SPDX-License-Identifier: Apache-2.0

/// The measures that are absent, with the commands that compute them.
enum MissingSection {
  static func section(_ run: ReportedRun, id: String) -> Section? {
    let missing = run.missing
    guard !missing.isEmpty else { return nil }
    return Section(
      id: id, title: "Not measured",
      blocks: [
        .list(
          missing.map { measure in
            [.text("\(measure.what.capitalizedFirst): "), .code(measure.command)]
          })
      ])
  }
}
