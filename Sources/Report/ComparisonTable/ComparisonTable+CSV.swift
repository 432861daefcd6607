// SPDX-License-Identifier: Apache-2.0

extension ComparisonTable {
  /// The table as CSV (RFC 4180): a row for each method and measure, with unrounded numbers.
  ///
  /// Rates are shares from 0 to 1. `change_kind` says what `change` and its interval are:
  /// `difference`, after minus before, or `ratio`, after divided by before, for perplexity. `seeds`
  /// is one cell with semicolons between the seeds: "0;1;2". The counts of empty and cut-off
  /// answers are those of the seed with the fewest and of the seed with the most.
  /// "0;1;2". Counts of empty and cut off answers are the fewest and the most of the seeds.
  public var csv: String {
    let header = [
      "method", "samples", "seeds", "weights_least", "weights_most", "measure", "name", "n",
      "value", "lower", "upper", "lowest_seed", "highest_seed", "change_kind", "change",
      "change_lower",
      "change_upper", "p_value", "p_value_holm", "shown", "judge", "empty_least",
      "empty_most", "cut_off_least", "cut_off_most",
    ]
    let lines = rows.flatMap { row in
      zip(columns, row.entries).compactMap { column, entry -> [String]? in
        guard let entry else { return nil }
        let (mean, change) = (entry.value.mean, entry.change)
        let head = [
          row.method, row.samples.map { "\($0)" } ?? "",
          row.seeds.map { "\($0)" }.joined(separator: ";"),
          row.sizes.min().map { "\($0)" } ?? "", row.sizes.max().map { "\($0)" } ?? "",
          column.measure, column.name, "\(entry.value.count)",
        ]
        let values: [Double?] = [
          mean.value, mean.lower, mean.upper, entry.value.lowest, entry.value.highest,
        ]
        let kind = change == nil ? "" : column.kind == .perplexity ? "ratio" : "difference"
        let changes: [Double?] = [
          change?.mean.value, change?.mean.lower, change?.mean.upper, change?.pValue,
          change?.adjustedPValue,
        ]
        let shown = change == nil ? "" : entry.effect == .unclear ? "no" : "yes"
        let gaps = entry.value.gaps
        let counts = [
          gaps?.empty.lowerBound, gaps?.empty.upperBound, gaps?.cutOff?.lowerBound,
          gaps?.cutOff?.upperBound,
        ]
        return head + values.map(Self.number) + [kind] + changes.map(Self.number) + [
          shown, column.judge ?? "",
        ]
          + counts.map { $0.map { "\($0)" } ?? "" }
      }
    }
    return ([header] + lines).map { $0.map(Self.field).joined(separator: ",") + "\r\n" }.joined()
  }

  /// The shortest digits that round-trip; empty if there is no finite number.
  private static func number(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "" }
    return "\(value)"
  }

  /// A field, quoted if necessary.
  ///
  /// Spreadsheets take text that begins with `=`, `+`, `-`, `@`, a tab or a carriage return for a formula; an
  /// apostrophe prevents that. Numbers stay as they are.
  private static func field(_ text: String) -> String {
    let isFormula = text.first.map { "=+-@\t\r".contains($0) } ?? false && Double(text) == nil
    let text = isFormula ? "'" + text : text
    guard text.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else {
      return text
    }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}
