// SPDX-License-Identifier: Apache-2.0

import SPINStorage

/// What a report reads of one measure, and how it shows it.
protocol MeasureReading: Sendable {
  /// The document.
  var file: MeasureFile { get }
  /// What its chapter is called inside a page: letters, digits and hyphens.
  var sectionID: String { get }
  /// Whether edits are made for it: its chapter precedes those of the edit.
  var isAim: Bool { get }
  /// The chapter; nil where there is nothing to show.
  func section(of run: ReportedRun, id: String) -> Section?
}

/// A measure that reports know.
protocol KnownMeasureReading: MeasureReading {
  /// The name of the document: "perplexity" for `perplexity.json`.
  static var document: String { get }
  /// What is said, with the command that measures it, where a run does not hold it; nil for nothing.
  static func missing(_ run: ReportedRun, _ command: MissingMeasure.Command) -> MissingMeasure?
  /// Reads the document in a folder; nil where there is none.
  ///
  /// - Throws: `SPINError` where it is malformed.
  init?(in folder: String) throws
}

extension MeasureReading {
  var isAim: Bool { false }
}

extension KnownMeasureReading {
  var sectionID: String { Self.document }
}

/// The measures that reports know, a line each; others are shown by their numbers (`QuantitiesReading`).
enum MeasureReadings {
  /// In the order in which pages show them.
  static var all: [any KnownMeasureReading.Type] {
    [
      AwarenessReading.self,
      PerplexityReading.self,
      DivergenceReading.self,
      ChoicesReading.self,
      PhrasesReading.self,
      CouplingReading.self,
    ]
  }

  /// Everything that was measured, as a folder holds it.
  ///
  /// - Throws: `SPINError` where a document is malformed.
  static func read(_ folder: String) throws -> [any MeasureReading] {
    let known = try all.compactMap { try $0.init(in: folder) }
    return known + (try QuantitiesReading.all(in: folder, except: all.map { $0.document }))
  }
}
