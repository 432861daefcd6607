// SPDX-License-Identifier: Apache-2.0

/// The paper's table 1 for a comparison of methods: the measures of the untouched model and of each
/// edited one, rates with intervals, means over seeds.
///
///     let table = try Report(comparison: "comparison").comparisonTable
///     print(table?.markdown ?? "")
///
/// Markdown, CSV, LaTeX, the page and the terminal show the same numbers, rounded except in CSV.
///
/// - Source: Qian et al. 2025, arXiv:2410.16672, table 1.
public struct ComparisonTable: Sendable {
  /// The column of one measure.
  struct Column {
    let kind: Report.Finding.Kind
    /// The name of the question set, the task or the text.
    let name: String
    /// The number of questions or windows.
    let count: Int
    /// The judge's vocabulary.
    let words: VerdictWords
    /// The judge, or the method that detects refusals; nil if neither applies.
    let judge: String?

    /// The name of the measure in files: "awareness", "refusal_or_caution".
    var measure: String { kind.name(words) }
    var isBetterWhenHigher: Bool { kind == .awareness || kind == .accuracy }
    /// Whether phrases detect it, so that higher or lower is neither better nor worse.
    var isHeuristic: Bool { kind == .overRefusal || (kind == .awareness && words.isHeuristic) }
    /// "fairness awareness, %".
    var title: String {
      switch kind {
      case .awareness: "\(name) \(words.measure), %"
      case .overRefusal: "\(name) refused, %"
      case .perplexity: "perplexity"
      case .accuracy: "\(name) accuracy, %"
      }
    }
    /// An arrow toward better values, after a space; empty if phrases cannot tell.
    var direction: String {
      kind == .awareness && words.isHeuristic ? "" : isBetterWhenHigher ? " ↑" : " ↓"
    }

    /// A value as text: a percentage without its sign, or a perplexity.
    func text(_ value: Double) -> String {
      kind == .perplexity ? NumberText.brief(value, digits: 4) : NumberText.fixed(value * 100, 1)
    }
  }

  /// A method's value of one measure.
  struct Entry {
    let value: ComparisonFile.Value
    /// The change from the untouched model; nil for that model itself and without paired verdicts.
    let change: ComparisonFile.Change?
    let effect: Report.Effect
  }

  /// A method, or the untouched model.
  struct Row {
    /// The name that `spin compare` gives it: "origin", "spin".
    let method: String
    /// "untouched", or the method, with the number of rows if it was run with several.
    let label: String
    let samples: Int?
    let seeds: [Int64]
    /// The number of edited weights or trained parameters for each seed.
    let sizes: [Int]
    /// A value for each column; nil if it was not measured.
    let entries: [Entry?]
  }

  let model: String
  let judge: String
  let words: VerdictWords
  let columns: [Column]
  let rows: [Row]
}

extension ComparisonTable {
  /// Makes the table of a comparison; nil if the file is of a version without absolute values.
  init?(_ file: ComparisonFile) {
    guard let untouched = file.untouched, file.methods.allSatisfy({ $0.values != nil }) else {
      return nil
    }
    model = file.model
    judge = file.judge
    words = file.words
    let columns = untouched.columns(file)
    self.columns = columns
    rows =
      [
        Row(
          method: "origin", label: "untouched", samples: nil, seeds: [], sizes: [],
          entries: columns.map { column in
            untouched.value(of: column).map { Entry(value: $0, change: nil, effect: .unclear) }
          })
      ]
      + file.methods.map { method in
        Row(
          method: method.name, label: file.label(method), samples: method.samples,
          seeds: method.seeds,
          sizes: file.arms.filter { $0.method == method.name && $0.samples == method.samples }
            .compactMap { $0.weights ?? $0.parameters },
          entries: columns.map { column in
            method.values?.value(of: column).map { value in
              let change = method.change(of: column)
              return Entry(
                value: value, change: change,
                effect: change?.effect(
                  isBetterWhenHigher: column.isBetterWhenHigher,
                  from: column.kind == .perplexity ? 1 : 0) ?? .unclear)
            }
          })
      }
  }

  /// Whether any method has several seeds.
  var hasSeveralSeeds: Bool { rows.contains { $0.seeds.count > 1 } }

  /// Whether any change is shown.
  var hasMarks: Bool {
    rows.contains { $0.entries.contains { $0.map { $0.effect != .unclear } ?? false } }
  }

  /// "460", "450 to 460", "–".
  func sizeText(_ row: Row) -> String {
    guard let least = row.sizes.min(), let most = row.sizes.max() else { return NumberText.none }
    return least == most
      ? NumberText.count(least) : "\(NumberText.count(least)) to \(NumberText.count(most))"
  }

  /// "26.1 to 51.2"; nil if there is no interval.
  func intervalText(_ entry: Entry, _ column: Column) -> String? {
    guard let lower = entry.value.mean.lower, let upper = entry.value.mean.upper else { return nil }
    return "\(column.text(lower)) to \(column.text(upper))"
  }

  /// "36.0 to 40.0", the lowest and the highest seed; nil for one seed.
  func spreadText(_ entry: Entry, _ row: Row, _ column: Column) -> String? {
    guard row.seeds.count > 1 else { return nil }
    return "\(column.text(entry.value.lowest)) to \(column.text(entry.value.highest))"
  }

  var title: String { "Rates of each method on \(model)" }

  /// The explanation of the numbers, in sentences; the same in every format.
  var caption: String {
    let counts = columns.map { column in
      let unit =
        switch column.kind {
        case .awareness, .overRefusal: "question"
        case .perplexity: "window"
        case .accuracy: "item"
        }
      return "\(column.title.replacing(", %", with: "")) n = \(NumberText.count(column.count)) "
        + unit + (column.count == 1 ? "" : "s")
    }
    var text =
      "\(words.measure.capitalizedFirst): \(words.rate) (judge: \(judge))"
      + (words.isHeuristic ? ". " : "; higher is better. ")
    if columns.contains(where: { $0.kind == .overRefusal }) {
      text += "Refused: share of benign questions refused, by phrases of refusal, lower is better. "
    }
    if columns.contains(where: { $0.kind == .perplexity }) {
      text += "Perplexity: lower is better. "
    }
    text += "\(Headline.list(counts)). Intervals: Wilson, 95%"
    text +=
      hasSeveralSeeds
      ? ", of several seeds the means of their ends; values are means over the seeds, with the "
        + "lowest and the highest seed. " : ". "
    text +=
      "Marked: a change from the untouched model that is shown (p < \(EvidenceText.level), paired "
      + "tests, Holm's adjustment over the measures of the method)."
    if rows.contains(where: { $0.entries.contains { $0?.value.gaps != nil } }) {
      text +=
        " Empty: answers without text; cut off: answers that ended at the token limit"
        + (hasSeveralSeeds ? ", of the seed with the fewest to that with the most." : ".")
    }
    return text
  }
}

extension ComparisonFile.Values {
  /// The columns of the measures in the paper's order: awareness first, then possible costs of an
  /// edit.
  fileprivate func columns(_ file: ComparisonFile) -> [ComparisonTable.Column] {
    func column(
      _ kind: Report.Finding.Kind, _ name: String, _ value: ComparisonFile.Value
    ) -> ComparisonTable.Column {
      let judge: String? =
        switch kind {
        case .awareness: file.judge
        case .overRefusal: "phrases of refusal (heuristic)"
        case .perplexity, .accuracy: nil
        }
      return .init(
        kind: kind, name: name, count: value.count, words: file.words, judge: judge)
    }
    return awareness.map { column(.awareness, $0.name, $0.value) }
      + refusals.map { column(.overRefusal, $0.name, $0.value) }
      + (perplexity.map { [column(.perplexity, "text", $0)] } ?? [])
      + accuracy.map { column(.accuracy, $0.name, $0.value) }
  }

  fileprivate func value(of column: ComparisonTable.Column) -> ComparisonFile.Value? {
    switch column.kind {
    case .awareness: awareness.first { $0.name == column.name }?.value
    case .overRefusal: refusals.first { $0.name == column.name }?.value
    case .perplexity: perplexity
    case .accuracy: accuracy.first { $0.name == column.name }?.value
    }
  }
}

extension ComparisonFile.Method {
  fileprivate func change(of column: ComparisonTable.Column) -> ComparisonFile.Change? {
    switch column.kind {
    case .awareness: awareness.first { $0.name == column.name }?.change
    case .overRefusal: refusals.first { $0.name == column.name }?.change
    case .perplexity: perplexity
    case .accuracy: accuracy.first { $0.name == column.name }?.change
    }
  }
}

extension Report {
  /// The table of a comparison of methods.
  ///
  /// Nil for a report of runs, and for a comparison by a version that did not write absolute
  /// values.
  public var comparisonTable: ComparisonTable? { comparison.flatMap { ComparisonTable($0) } }
}
