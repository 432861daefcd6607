// SPDX-License-Identifier: Apache-2.0

import SPINStorage

/// Renders a document as Markdown with GitHub's tables.
///
/// Drawings and their legends are left out; their captions and numbers remain.
struct MarkdownRenderer {
  func page(_ document: ReportDocument) -> String {
    var parts = ["# " + Self.escaped(document.title), Self.escaped(document.subtitle)]
    parts += document.lead.map { block($0, level: 2) }
    parts += document.sections.compactMap { section($0, level: 2) }
    return (parts + [ReportMarker.comment]).filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
  }

  /// A section; nil if it has nothing that Markdown can show.
  private func section(_ section: Section, level: Int) -> String? {
    var parts = section.blocks.map { block($0, level: level + 1) }
    parts += section.sections.compactMap { self.section($0, level: level + 1) }
    parts.removeAll(where: \.isEmpty)
    guard !parts.isEmpty else { return nil }
    let title = String(repeating: "#", count: level) + " " + Self.escaped(section.title)
    return join([title] + parts)
  }

  private func block(_ block: Block, level: Int) -> String {
    switch block {
    case .paragraph(let line): inline(line)
    case .list(let lines): lines.map { "- " + inline($0) }.joined(separator: "\n")
    case .table(let table): Self.table(table)
    case .figure(let figure): numbers(figure.data, figure.caption)
    case .panels(_, let caption, _, let data): numbers(data, caption)
    case .code(let text): Self.fenced(text)
    case .folded(let summary, let blocks):
      join(
        ["<details><summary>\(Escaping.text(summary))</summary>"]
          + blocks.map { self.block($0, level: level) } + ["</details>"])
    case .answers(let sets): join(sets.map { answers($0, level: level) })
    case .verdicts(let answers):
      join(
        answers.map { answer in
          "**\(Self.escaped(answer.question)) \(Self.escaped(answer.answer)).**\n"
            + answer.reasons.map { "- " + Self.escaped($0) }.joined(separator: "\n")
        })
    }
  }

  /// The numbers of a drawing with its caption; empty if it has none.
  private func numbers(_ data: Table?, _ caption: [Inline]) -> String {
    data.map { join([inline(caption), Self.table($0)]) } ?? ""
  }

  private func answers(_ samples: SampleAnswers, level: Int) -> String {
    let mark = String(repeating: "#", count: level)
    var parts = [
      "\(mark) \(Self.escaped(samples.set.capitalizedFirst))",
      "\(NumberText.count(samples.count, "question")). Judge: \(Self.escaped(samples.judge)).",
    ]
    for group in samples.groups {
      parts.append(
        "\(mark)# \(group.title): \(NumberText.count(group.count)), \(group.items.count) shown")
      for item in group.items {
        parts.append("**Question \(item.index + 1).** " + Self.escaped(item.question))
        for answer in item.answers {
          let title = "\(answer.side), \(samples.words.word(answer.verdict))"
          // Folded if the reader may not want to see it.
          parts.append(
            samples.words.warning(before: answer.verdict) != nil
              ? "<details><summary>\(title): show it</summary>\n\n\(Self.quoted(answer.text))\n\n"
                + "</details>"
              : "\(title):\n\n\(Self.quoted(answer.text))")
        }
      }
    }
    return join(parts)
  }

  private func inline(_ line: [Inline]) -> String {
    line.map { piece in
      switch piece {
      case .text(let text): Self.escaped(text)
      case .strong(let text): "**\(Self.escaped(text))**"
      case .code(let text): Self.code(text)
      case .link(let text, let address): "[\(Self.escaped(text))](\(address))"
      }
    }.joined()
  }

  private func join(_ parts: [String]) -> String {
    parts.filter { !$0.isEmpty }.joined(separator: "\n\n")
  }
}

extension MarkdownRenderer {
  /// A table with its caption above and its note below; columns of drawings are left out.
  static func table(_ table: Table) -> String {
    let columns = table.columns.indices.filter { place in
      !table.rows.contains { place < $0.count && $0[place].mark != nil }
    }
    func row(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
    var lines = [
      row(columns.map { escaped(table.columns[$0].title) }),
      row(columns.map { table.columns[$0].alignment == .number ? "---:" : "---" }),
    ]
    lines += table.rows.map { cells in
      row(columns.map { $0 < cells.count ? text(cells[$0]) : "" })
    }
    let note = MarkdownRenderer().inline(table.note)
    return "**\(escaped(table.caption))**\n\n" + lines.joined(separator: "\n")
      + (note.isEmpty ? "" : "\n\n" + note)
  }

  private static func text(_ cell: Table.Cell) -> String {
    var text = escaped(cell.text)
    if let detail = cell.detail { text += " (\(escaped(detail)))" }
    if let chip = cell.chip { text += " \(chip.word)" }
    return text
  }

  /// Text on one line with the special characters of Markdown and HTML escaped.
  static func escaped(_ string: String) -> String {
    var result = ""
    for character in Escaping.text(string).unicodeScalars {
      switch character {
      case "\\", "`", "*", "_", "[", "]", "|", "#", "~", "$":
        result.unicodeScalars.append("\\")
        result.unicodeScalars.append(character)
      case "\n": result += " "
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }

  /// A text of several lines as a quotation.
  private static func quoted(_ text: String) -> String {
    let lines = Escaping.text(text).split(separator: "\n", omittingEmptySubsequences: false)
    return lines.map { "> " + escapedLine(String($0)) }.joined(separator: "\n")
  }

  /// A line, already escaped for HTML, with Markdown's special characters escaped.
  private static func escapedLine(_ line: String) -> String {
    var result = ""
    for (place, character) in line.unicodeScalars.enumerated() {
      let isList = place == 0 && ("-+=".unicodeScalars.contains(character) || character == " ")
      if isList || "\\`*_[]|#~$".unicodeScalars.contains(character) {
        // Four spaces would begin a code block, a dash a list.
        result += character == " " ? "&nbsp;" : "\\"
      }
      if !(isList && character == " ") { result.unicodeScalars.append(character) }
    }
    return result
  }

  /// Preformatted text, in a fence longer than any run of backquotes in it.
  private static func fenced(_ text: String) -> String {
    let fence = String(repeating: "`", count: max(3, longestRun(of: "`", in: text) + 1))
    let text = PrintableText.escaped(text)
    return fence + "\n" + text + (text.hasSuffix("\n") ? "" : "\n") + fence
  }

  private static func code(_ text: String) -> String {
    let text = PrintableText.escaped(text)
    let fence = String(repeating: "`", count: longestRun(of: "`", in: text) + 1)
    let space = text.hasPrefix("`") || text.hasSuffix("`") ? " " : ""
    return fence + space + text.replacing("\n", with: " ") + space + fence
  }

  private static func longestRun(of character: Character, in text: String) -> Int {
    var (longest, current) = (0, 0)
    for next in text {
      current = next == character ? current + 1 : 0
      longest = max(longest, current)
    }
    return longest
  }
}
