// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINJSON
import SPINSelection

/// The origin of the numbers, and the command that reproduces them.
enum ProvenanceSection {
  /// The maximum length of the manifest that is shown, in characters.
  private static let manifestLimit = 400_000

  static func section(_ run: ReportedRun, id: String) -> Section? {
    var blocks: [Block] = []
    if let record = run.record {
      blocks += repeating("this run", record.command)
      blocks.append(.table(environment(record)))
      blocks.append(.table(inputs(run, record)))
      if let origin = record.modelOrigin {
        blocks.append(.paragraph([.text("The model's weights were \(origin.statement).")]))
      }
      blocks.append(.folded(summary: "The full manifest", [.code(manifest(record))]))
    } else {
      if let command = run.sweep?.command {
        blocks = repeating("this sweep", command)
      }
      if !run.toolVersions.isEmpty {
        blocks.append(
          .paragraph([.text("Measured with spin \(Headline.list(run.toolVersions)).")]))
      }
    }
    return blocks.isEmpty ? nil : Section(id: id, title: title, blocks: blocks)
  }

  /// How to repeat a comparison; nil if its file does not say.
  static func section(_ comparison: ComparisonFile) -> Section? {
    comparison.command.map {
      Section(id: "repeat", title: title, blocks: repeating("this comparison", $0))
    }
  }

  private static let title = "How to repeat it"

  private static func repeating(_ what: String, _ command: String) -> [Block] {
    [
      .paragraph([.text("The command that repeats \(what) with the same model and data:")]),
      .code(command),
    ]
  }

  private static func environment(_ record: RunRecord) -> Table {
    let facts = record.circumstances
    var rows: [[Table.Cell]] = [["program", .text("spin \(record.toolVersion)")]]
    func add(_ name: String, _ value: String?) {
      if let value { rows.append([Table.Cell(name), Table.Cell(value)]) }
    }
    add("finished", facts["finished"]?.string)
    add(
      "time of the last invocation",
      facts["seconds"].flatMap { Double(json: $0) }.map(NumberText.duration))
    add("threads", facts["threads"].flatMap { Int(json: $0) }.map(NumberText.count))
    add("processors", facts["processors"].flatMap { Int(json: $0) }.map(NumberText.count))
    add("instruction set", facts["kernels"]?.string)
    add("arithmetic", record.arithmetic)
    add(
      "largest memory of the last invocation",
      facts["peak_resident_bytes"].flatMap { Int(json: $0) }.map(NumberText.bytes))
    return Table(
      caption: "The run", columns: [.text("what"), .text("value")], rows: rows,
      note: [
        "No result depends on threads or memory, nor on the processor among those of one arithmetic.",
        " Invocations that were interrupted before the last one are not counted.",
      ])
  }

  private static func inputs(_ run: ReportedRun, _ record: RunRecord) -> Table {
    let sources = Dictionary(
      (run.selection?.sources ?? []).map { ($0.dataSet, $0) },
      uniquingKeysWith: { first, _ in first })
    return Table(
      caption: "What went in",
      columns: [.text("input"), .text("file"), .number("samples"), .text("SHA-256")],
      rows: record.modelFiles.members.map { name, hash in
        ["model", .text(name), .text(nil), .text(hash.string.map(shortened))]
      }
        + record.dataSets.map { dataSet in
          [
            Table.Cell(dataSet.name), .text(dataSet.file),
            .count(sources[dataSet.name]?.sampleCount), .text(shortened(dataSet.digest)),
          ]
        })
  }

  /// A prefix of a digest, enough to compare by eye; the manifest has all of it.
  private static func shortened(_ digest: String) -> String { digest.prefix(16) + "…" }

  private static func manifest(_ record: RunRecord) -> String {
    let text = JSON.object(record.members).serialized()
    guard text.utf8.count > manifestLimit else { return text }
    return SampleAnswers.cut(text, manifestLimit)
  }
}
