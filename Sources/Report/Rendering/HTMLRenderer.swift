// SPDX-License-Identifier: Apache-2.0

import SPINStorage

/// Renders a document as an HTML page.
struct HTMLRenderer {
  private var figureNumber = 0
  private var drawingNumber = 0

  mutating func page(_ document: ReportDocument) -> String {
    let title = "\(document.title): SPIN report"
    let head = Element(
      "head",
      elements: [
        Element("meta", [("charset", "utf-8")]),
        Element("meta", [("name", "generator"), ("content", ReportMarker.generator)]),
        Element("meta", [("name", "seal"), ("content", ContentSeal.blank)]),
        Element(
          "meta", [("name", "viewport"), ("content", "width=device-width, initial-scale=1")]),
        Element("meta", [("name", "color-scheme"), ("content", "light dark")]),
        // Whatever is in the page, a browser runs no script and loads nothing.
        Element(
          "meta",
          [
            ("http-equiv", "Content-Security-Policy"),
            (
              "content",
              "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
                + "form-action 'none'"
            ),
          ]),
        Element("link", [("rel", "icon"), ("href", "data:,")]),
        Element("title", text: title),
        Element("style", text: StyleSheet.text),
      ])
    let body = Element(
      "body",
      elements: [
        Element(
          "header", [("id", "top")],
          elements: [
            Element("p", [("class", "kicker")], text: "SPIN report"),
            Element("h1", text: document.title),
            Element("p", [("class", "subtitle")], text: document.subtitle),
          ]),
        Element(
          "main",
          elements: [
            Element(
              "div", [("class", "lead")], elements: document.lead.map { block($0, level: 2) }),
            contents(document.sections),
            Element(
              "div", [("class", "chapters")],
              elements: document.sections.map { section($0, level: 2) }),
          ]),
        Element("footer", elements: [footer]),
        // Stays visible if the contents are not next to the text.
        Element("a", [("class", "to-contents"), ("href", "#contents")], text: "↑ Contents"),
      ])
    let root = Element(
      "html", [("xmlns", "http://www.w3.org/1999/xhtml"), ("lang", "en")], elements: [head, body])
    return "<!DOCTYPE html>\n" + root.markup
  }

  private var footer: Element {
    Element(
      "p", [],
      [
        .text("Made by SPIN for Swift. The method: Qian et al. 2025, "),
        .element(
          Element(
            "a", [("href", "https://arxiv.org/abs/2410.16672"), ("rel", "noreferrer")],
            text: "The Tug of War Within")),
        .text(" (ACL 2025). The page is self-contained: it loads nothing and runs no script."),
      ])
  }

  private func contents(_ sections: [Section]) -> Element {
    Element(
      "nav", [("id", "contents"), ("aria-label", "Contents")],
      elements: [
        Element("p", [("class", "kicker")], text: "Contents"),
        list(sections, isOuter: true),
        Element(
          "p", [("class", "top")], elements: [Element("a", [("href", "#top")], text: "↑ Top")]),
      ])
  }

  private func list(_ sections: [Section], isOuter: Bool = false) -> Element {
    Element(
      "ul", isOuter ? [("class", "outer")] : [],
      elements: sections.map { section in
        Element(
          "li",
          elements: [Element("a", [("href", "#\(section.id)")], text: section.title)]
            + (section.sections.isEmpty ? [] : [list(section.sections)]))
      })
  }

  private mutating func section(_ section: Section, level: Int) -> Element {
    var elements = [Element("h\(level)", [("id", section.id)], text: section.title)]
    for block in section.blocks { elements.append(self.block(block, level: level + 1)) }
    for inner in section.sections { elements.append(self.section(inner, level: level + 1)) }
    return Element("section", [("aria-labelledby", section.id)], elements: elements)
  }

  private mutating func block(_ block: Block, level: Int) -> Element {
    switch block {
    case .paragraph(let line): return Element("p", [], Self.inline(line))
    case .list(let lines):
      return Element(
        "ul", [("class", "list")], elements: lines.map { Element("li", [], Self.inline($0)) })
    case .table(let table): return HTMLTable(table).element
    case .figure(let figure):
      return self.figure(
        [drawing(figure.drawing)], Self.joined(figure.caption, figure.legend), figure.data)
    case .panels(let panels, let caption, let legend, let data):
      let drawings = panels.map { panel in
        Element(
          "div", [("class", "panel")],
          elements: [
            Element("p", [("class", "panel-title")], text: panel.title), drawing(panel.drawing),
          ])
      }
      return figure(
        [Element("div", [("class", "panels")], elements: drawings)],
        Self.joined(caption, legend), data)
    case .code(let text):
      return Element(
        "pre", [("tabindex", "0")], elements: [Element("code", text: text)])
    case .folded(let summary, let blocks):
      return Element(
        "details",
        elements: [Element("summary", text: summary)] + blocks.map { self.block($0, level: level) })
    case .answers(let sets):
      return Element(
        "div", elements: sets.map { HTMLAnswers(samples: $0, level: level).element })
    case .verdicts(let answers): return verdicts(answers, level: level)
    }
  }

  private func verdicts(_ answers: [HeadlineAnswer], level: Int) -> Element {
    Element(
      "div", [("class", "verdicts")],
      elements: answers.map { answer in
        Element(
          "section", [("class", "verdict-card")],
          elements: [
            Element("h\(level)", [("class", "question")], text: answer.question),
            Element("p", [("class", "answer")], text: answer.answer),
            Element("ul", elements: answer.reasons.map { Element("li", text: $0) }),
          ])
      })
  }

  private mutating func figure(
    _ content: [Element], _ caption: [Inline], _ data: Table?
  ) -> Element {
    figureNumber += 1
    var elements = content
    elements.append(
      Element(
        "figcaption", [],
        [.element(Element("b", text: "Figure \(figureNumber). "))] + Self.inline(caption)))
    if let data {
      elements.append(
        Element(
          "details",
          elements: [Element("summary", text: "The numbers"), HTMLTable(data).element]))
    }
    return Element("figure", elements: elements)
  }

  private mutating func drawing(_ drawing: Drawing) -> Element {
    drawingNumber += 1
    let (title, description) = ("d\(drawingNumber)-title", "d\(drawingNumber)-desc")
    return Element(
      "svg",
      [
        ("xmlns", "http://www.w3.org/2000/svg"), ("role", "img"),
        ("viewBox", "0 0 \(Shapes.number(drawing.width)) \(Shapes.number(drawing.height))"),
        ("aria-labelledby", "\(title) \(description)"),
        ("class", drawing.width < 400 ? "drawing small" : "drawing"),
      ],
      elements: [
        Element("title", [("id", title)], text: drawing.title),
        Element("desc", [("id", description)], text: drawing.description),
      ] + drawing.elements)
  }

  /// Two texts with a space between them.
  static func joined(_ first: [Inline], _ second: [Inline]) -> [Inline] {
    first.isEmpty || second.isEmpty ? first + second : first + [" "] + second
  }

  static func inline(_ line: [Inline]) -> [Element.Node] {
    line.map { piece in
      switch piece {
      case .text(let text): .text(text)
      case .strong(let text): .element(Element("strong", text: text))
      case .code(let text): .element(Element("code", text: text))
      case .link(let text, let address):
        .element(Element("a", [("href", address), ("rel", "noreferrer")], text: text))
      }
    }
  }
}
