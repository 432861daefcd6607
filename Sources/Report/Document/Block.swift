// SPDX-License-Identifier: Apache-2.0

/// A chapter of a report: what every rendering shows, before it is HTML or Markdown.
struct Section {
  /// Names it inside the page: letters, digits and hyphens.
  let id: String
  let title: String
  var blocks: [Block]
  /// Chapters inside it, where a report covers several runs.
  var sections: [Section] = []
}

/// A part of a section.
enum Block {
  case paragraph([Inline])
  case list([[Inline]])
  case table(Table)
  /// One figure.
  case figure(Figure)
  /// Small figures of one kind, side by side where there is space, with one caption and one table.
  case panels([Panel], caption: [Inline], legend: [Inline], data: Table?)
  /// Text as a machine wrote it or reads it.
  case code(String)
  /// What is shown when the reader asks for it.
  case folded(summary: String, [Block])
  /// Questions with their answers.
  case answers([SampleAnswers])
  /// Question, short answer, and what it rests on, side by side.
  case verdicts([HeadlineAnswer])
}

/// A piece of a line.
enum Inline: ExpressibleByStringLiteral {
  case text(String)
  case strong(String)
  case code(String)
  case link(String, address: String)

  init(stringLiteral value: String) { self = .text(value) }
}

/// A small table that a reader can take in.
struct Table {
  /// How a column is set.
  enum Alignment { case text, number }

  struct Column {
    let title: String
    let alignment: Alignment
    /// Whether the column is left out where there is little space, because it repeats another.
    var isOptional = false

    static func text(_ title: String) -> Column { Column(title: title, alignment: .text) }
    static func number(_ title: String) -> Column { Column(title: title, alignment: .number) }
  }

  /// A word next to a change that is shown.
  struct Mark: Equatable {
    let word: String
    /// "better", "worse" or "changed", as the style sheet colors it.
    let style: String

    /// Nil where no change is shown.
    ///
    /// A heuristic cannot tell better from worse, only more from less.
    init?(_ effect: Report.Effect, isHeuristic: Bool, change: Double) {
      guard effect != .unclear else { return nil }
      word = isHeuristic ? (change > 0 ? "higher" : "lower") : effect.rawValue
      style = isHeuristic ? "changed" : effect.rawValue
    }
  }

  struct Cell: ExpressibleByStringLiteral {
    /// Its first line.
    var text: String
    /// A second line, smaller.
    var detail: String?
    /// A drawing that repeats what other cells say in numbers.
    var mark: Element?
    /// What is said about a change that is shown.
    var chip: Mark?

    init(_ text: String, detail: String? = nil, chip: Mark? = nil) {
      self.text = text
      self.detail = detail
      self.chip = chip
    }

    init(stringLiteral value: String) { self.init(value) }

    /// A drawing alone.
    static func mark(_ element: Element) -> Cell {
      var cell = Cell("")
      cell.mark = element
      return cell
    }

    /// A text; `NumberText.none` without one.
    static func text(_ text: String?) -> Cell { Cell(text ?? NumberText.none) }

    /// A whole number, grouped.
    static func count(_ value: Int?, detail: String? = nil) -> Cell {
      Cell(value.map(NumberText.count) ?? NumberText.none, detail: detail)
    }

    /// A number as a closure writes it.
    static func number(_ value: Double?, _ text: (Double) -> String) -> Cell {
      Cell(value.map(text) ?? NumberText.none)
    }

    /// "0.1 to 0.3"; `NumberText.none` where an end is missing.
    static func interval(
      _ lower: Double?, _ upper: Double?, _ text: (Double) -> String
    ) -> Cell {
      guard let lower, let upper else { return Cell(NumberText.none) }
      return Cell("\(text(lower)) to \(text(upper))")
    }
  }

  let caption: String
  let columns: [Column]
  /// The first cell of a row says what the row is about.
  var rows: [[Cell]]
  /// What a reader has to know to read it.
  var note: [Inline] = []
  /// What a reader has to know of the drawings in it.
  var drawingNote: [Inline] = []
  /// Whether it has to fit a phone without scrolling.
  var isCompact = false
}

/// A drawing with what has to be said about it.
struct Figure {
  let drawing: Drawing
  /// What it is of; also said about its numbers where there is no drawing.
  let caption: [Inline]
  /// How the drawing is read: colors, marks and lines.
  var legend: [Inline] = []
  /// The numbers that it shows.
  let data: Table?
}

/// One of several small figures.
struct Panel {
  let title: String
  let drawing: Drawing
}

/// An SVG drawing and its description for those who do not see it.
struct Drawing {
  let title: String
  let description: String
  let width: Double
  let height: Double
  let elements: [Element]
}

/// One of the questions that a report answers first.
public struct HeadlineAnswer: Sendable, Equatable {
  /// What is asked, such as "Does it help?".
  public let question: String
  /// The answer, in a few words.
  public let answer: String
  /// What it rests on, each a sentence.
  public let reasons: [String]
  /// Behind an answer that no change is shown: how large one may be all the same, "intervals reach 32.4 points"; nil where
  /// that is not known.
  public var limit: String?
}
