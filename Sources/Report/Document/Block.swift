// SPDX-License-Identifier: Apache-2.0

/// A section of a report, independent of the format in which it is rendered.
struct Section {
  /// Its anchor within the page: letters, digits and hyphens.
  let id: String
  let title: String
  var blocks: [Block]
  /// Subsections, in reports of several runs.
  var sections: [Section] = []
}

/// A part of a section.
enum Block {
  case paragraph([Inline])
  case list([[Inline]])
  case table(Table)
  /// One figure.
  case figure(Figure)
  /// Small figures of one kind, side by side if there is space, with one caption and one table.
  case panels([Panel], caption: [Inline], legend: [Inline], data: Table?)
  /// Preformatted text, such as a command or JSON.
  case code(String)
  /// Blocks that open on demand.
  case folded(summary: String, [Block])
  /// Questions with their answers.
  case answers([SampleAnswers])
  /// Headline questions with their answers and reasons, side by side.
  case verdicts([HeadlineAnswer])
}

/// A part of a line of text.
enum Inline: ExpressibleByStringLiteral {
  case text(String)
  case strong(String)
  case code(String)
  case link(String, address: String)

  init(stringLiteral value: String) { self = .text(value) }
}

/// A table small enough to be read as a whole.
struct Table {
  /// The alignment of a column.
  enum Alignment { case text, number }

  struct Column {
    let title: String
    let alignment: Alignment
    /// Whether the column, which repeats another, is left out on narrow screens.
    var isOptional = false

    static func text(_ title: String) -> Column { Column(title: title, alignment: .text) }
    static func number(_ title: String) -> Column { Column(title: title, alignment: .number) }
  }

  /// The word next to a change that is shown.
  struct Mark: Equatable {
    let word: String
    /// The CSS class: "better", "worse" or "changed".
    let style: String

    /// Makes the mark of a change; nil if no change is shown.
    ///
    /// A heuristic cannot tell better from worse, only higher from lower.
    init?(_ effect: Report.Effect, isHeuristic: Bool, change: Double) {
      guard effect != .unclear else { return nil }
      word = isHeuristic ? (change > 0 ? "higher" : "lower") : effect.rawValue
      style = isHeuristic ? "changed" : effect.rawValue
    }
  }

  struct Cell: ExpressibleByStringLiteral {
    /// Its first line.
    var text: String
    /// A second line in smaller type.
    var detail: String?
    /// A drawing that repeats what other cells say in numbers.
    var mark: Element?
    /// The mark of a change that is shown.
    var chip: Mark?

    init(_ text: String, detail: String? = nil, chip: Mark? = nil) {
      self.text = text
      self.detail = detail
      self.chip = chip
    }

    init(stringLiteral value: String) { self.init(value) }

    /// A cell with only a drawing.
    static func mark(_ element: Element) -> Cell {
      var cell = Cell("")
      cell.mark = element
      return cell
    }

    /// A cell with text; `NumberText.none` for nil.
    static func text(_ text: String?) -> Cell { Cell(text ?? NumberText.none) }

    /// A cell with a grouped integer; `NumberText.none` for nil.
    static func count(_ value: Int?, detail: String? = nil) -> Cell {
      Cell(value.map(NumberText.count) ?? NumberText.none, detail: detail)
    }

    /// A cell with a number in the format of a closure; `NumberText.none` for nil.
    static func number(_ value: Double?, _ text: (Double) -> String) -> Cell {
      Cell(value.map(text) ?? NumberText.none)
    }

    /// "0.1 to 0.3"; `NumberText.none` if an end is nil.
    static func interval(
      _ lower: Double?, _ upper: Double?, _ text: (Double) -> String
    ) -> Cell {
      guard let lower, let upper else { return Cell(NumberText.none) }
      return Cell("\(text(lower)) to \(text(upper))")
    }
  }

  let caption: String
  let columns: [Column]
  /// The rows; the first cell of each is its heading.
  var rows: [[Cell]]
  /// The explanation of the numbers.
  var note: [Inline] = []
  /// The explanation of the drawings in it, left out with them.
  var drawingNote: [Inline] = []
  /// Whether it has to fit on a phone without scrolling.
  var isCompact = false
}

/// A drawing with its caption, legend and data.
struct Figure {
  let drawing: Drawing
  /// What it shows; it introduces the table of numbers if there is no drawing.
  let caption: [Inline]
  /// How to read the drawing: colors, marks and lines.
  var legend: [Inline] = []
  /// The numbers that it shows; nil if they are in another table.
  let data: Table?
}

/// One of several small figures.
struct Panel {
  let title: String
  let drawing: Drawing
}

/// An SVG drawing, with a description for readers who do not see it.
struct Drawing {
  let title: String
  let description: String
  let width: Double
  let height: Double
  let elements: [Element]
}

/// One of the questions that a report answers first, with its answer.
public struct HeadlineAnswer: Sendable, Equatable {
  /// The question, such as "Does it help?".
  public let question: String
  /// The answer, in a few words.
  public let answer: String
  /// The reasons for the answer, one sentence each.
  public let reasons: [String]
  /// For the answer that no change is shown, how large a change is still possible, such as
  /// "intervals reach 32.4 points"; nil if that is unknown.
  public var limit: String?
}
