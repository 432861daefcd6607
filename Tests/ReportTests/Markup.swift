// SPDX-License-Identifier: Apache-2.0

import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// A page read by an XML parser that knows nothing of the program: its elements in order.
final class Markup: NSObject, XMLParserDelegate {
  struct Element {
    let name: String
    let attributes: [String: String]
    /// The names of the elements around it, outermost first.
    let path: [String]
    /// The classes of the elements around it.
    let classes: [String]
    /// All text inside it.
    var text = ""
  }

  struct Malformed: Error, CustomStringConvertible {
    let description: String
  }

  private(set) var elements: [Element] = []
  private var open: [Int] = []

  /// Parses a document; fails where it is not well-formed XML.
  init(_ document: String) throws {
    super.init()
    let parser = XMLParser(data: Data(document.utf8))
    parser.delegate = self
    guard parser.parse() else {
      throw Malformed(
        description: "line \(parser.lineNumber): \(String(describing: parser.parserError))")
    }
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String] = [:]
  ) {
    elements.append(
      Element(
        name: name, attributes: attributes, path: open.map { elements[$0].name },
        classes: open.compactMap { elements[$0].attributes["class"] }))
    open.append(elements.count - 1)
  }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?,
    qualifiedName: String?
  ) {
    open.removeLast()
  }

  func parser(_ parser: XMLParser, foundCharacters text: String) {
    for index in open { elements[index].text += text }
  }

  func all(_ name: String) -> [Element] { elements.filter { $0.name == name } }

  func all(_ name: String, class style: String) -> [Element] {
    all(name).filter {
      $0.attributes["class"]?.split(separator: " ").contains(Substring(style)) == true
    }
  }

  /// The titles of the chapters.
  var chapters: [String] { all("h2").filter { $0.attributes["class"] == nil }.map(\.text) }

  /// The cells of the table with a caption that holds some words, row by row.
  func table(_ caption: String) -> [[String]] {
    guard
      let start = elements.firstIndex(where: { $0.name == "caption" && $0.text.contains(caption) })
    else { return [] }
    var rows: [[String]] = []
    for element in elements[start...] {
      if element.name == "table" || element.name == "figure" { break }
      if element.name == "tr" { rows.append([]) }
      if ["td", "th"].contains(element.name), !rows.isEmpty {
        rows[rows.count - 1].append(element.text.trimmingCharacters(in: .newlines))
      }
    }
    return rows
  }
}
