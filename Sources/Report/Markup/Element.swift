// SPDX-License-Identifier: Apache-2.0

import SPINStorage

/// An element of a page or a drawing.
///
/// Its markup is both well-formed XML and HTML: void elements are written as `<br/>`, all others
/// have an end tag. Every text and every attribute is escaped, so nothing that a model generated
/// can become an element.
/// that a model answered can become an element.
struct Element {
  /// What is inside an element.
  enum Node {
    case element(Element)
    case text(String)
  }

  let name: String
  var attributes: [(name: String, value: String)]
  var children: [Node]

  init(_ name: String, _ attributes: [(String, String)] = [], _ children: [Node] = []) {
    self.name = name
    self.attributes = attributes.map { (name: $0.0, value: $0.1) }
    self.children = children
  }

  /// An element that contains others.
  init(_ name: String, _ attributes: [(String, String)] = [], elements: [Element]) {
    self.init(name, attributes, elements.map { .element($0) })
  }

  /// An element that contains text.
  init(_ name: String, _ attributes: [(String, String)] = [], text: String) {
    self.init(name, attributes, [.text(text)])
  }

  /// The element as markup.
  var markup: String {
    var text = ""
    append(to: &text)
    return text
  }

  /// HTML elements without end tags.
  private static let void: Set<String> = ["br", "hr", "img", "link", "meta", "col"]
  /// Elements that isolate the direction of their text from the surroundings.
  private static let isolating: Set<String> = ["bdi", "blockquote"]
  /// Elements followed by a line break, for readers of the source.
  private static let lines: Set<String> = [
    "html", "head", "body", "meta", "title", "link", "style", "header", "main", "footer", "nav",
    "section", "article", "div", "h1", "h2", "h3", "h4", "p", "ul", "ol", "li", "dl", "dt", "dd",
    "table", "caption", "thead", "tbody", "tr", "figure", "figcaption", "details", "summary", "pre",
    "svg", "g", "line", "path", "circle", "rect", "desc",
  ]

  private func append(to text: inout String) {
    text += "<\(name)"
    for (name, value) in attributes { text += " \(name)=\"\(Escaping.attribute(value))\"" }
    if Self.void.contains(name) {
      text += "/>"
    } else {
      text += ">"
      for child in children {
        switch child {
        case .element(let element): element.append(to: &text)
        case .text(let string):
          text +=
            name == "style"
            ? string : Escaping.text(string, isIsolated: Self.isolating.contains(name))
        }
      }
      text += "</\(name)>"
    }
    if Self.lines.contains(name) { text += "\n" }
  }
}

/// Escaping for text in markup.
enum Escaping {
  /// Text between tags.
  ///
  /// - Parameter isIsolated: Whether bidirectional control characters are unchanged, because the
  ///   enclosing element limits their effect.
  static func text(_ string: String, isIsolated: Bool = false) -> String {
    escaped(string, quotes: false, isIsolated: isIsolated)
  }

  /// Text of an attribute, between double quotes.
  static func attribute(_ string: String) -> String { escaped(string, quotes: true) }

  private static func escaped(
    _ string: String, quotes: Bool, isIsolated: Bool = false
  ) -> String {
    var result = String.UnicodeScalarView()
    var isAfterReturn = false
    for scalar in string.unicodeScalars {
      defer { isAfterReturn = scalar == "\r" }
      switch scalar {
      case "&": result.append(contentsOf: "&amp;".unicodeScalars)
      case "<": result.append(contentsOf: "&lt;".unicodeScalars)
      case ">": result.append(contentsOf: "&gt;".unicodeScalars)
      case "\"" where quotes: result.append(contentsOf: "&quot;".unicodeScalars)
      case "\n" where quotes, "\t" where quotes: result.append(" ")
      case "\n" where isAfterReturn: break
      case "\r": result.append("\n")
      case _ where !isIsolated && PrintableText.isBidirectional(scalar):
        result.append(contentsOf: PrintableText.escape(scalar).unicodeScalars)
      default: result.append(visible(scalar))
      }
    }
    return String(result)
  }

  /// A replacement for a character that neither XML nor HTML allows: a picture of a control
  /// character, or the replacement character.
  private static func visible(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    switch scalar.value {
    case 0x09, 0x0A: scalar
    case 0x00..<0x20: Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}"
    case 0x7F: "\u{2421}"
    case 0x80..<0xA0, 0xFDD0...0xFDEF: "\u{FFFD}"
    case let value where value & 0xFFFE == 0xFFFE: "\u{FFFD}"
    default: scalar
    }
  }
}
