// SPDX-License-Identifier: Apache-2.0

import SPINStorage

/// The content of one measure's document, and how a report shows it.
protocol MeasureReading: Sendable {
  /// The document.
  var file: MeasureFile { get }
  /// The anchor of its section within a page: letters, digits and hyphens.
  var sectionID: String { get }
  /// Whether edits aim at it; its section then precedes those of the edit.
  var isAim: Bool { get }
  /// The section; nil if there is nothing to show.
  func section(of run: ReportedRun, id: String) -> Section?
}

/// A measure that reports know.
protocol KnownMeasureReading: MeasureReading {
  /// The name of the document: "perplexity" for `perplexity.json`.
  static var document: String { get }
  /// What to say if a run lacks it, with the command that measures it; nil for nothing.
  static func missing(_ run: ReportedRun, _ command: MissingMeasure.Command) -> MissingMeasure?
  /// Reads the document in a folder; nil if there is none.
  ///
  /// - Throws: `SPINError` if it is malformed.
  init?(in folder: String) throws
}

extension MeasureReading {
  var isAim: Bool { false }
}

extension KnownMeasureReading {
  var sectionID: String { Self.document }
}

/// The measures that reports know; others are shown as plain numbers (`QuantitiesReading`).
enum MeasureReadings {
  /// All of them, in the order of pages.
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

  /// Reads all measures in a folder.
  ///
  /// - Throws: `SPINError` if a document is malformed.
  static func read(_ folder: String) throws -> [any MeasureReading] {
    let known = try all.compactMap { try $0.init(in: folder) }
    return known + (try QuantitiesReading.all(in: folder, except: all.map { $0.document }))
  }
}
