// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJSON
import SPINReport
import Testing

/// What every page keeps to: well-formed, by itself, accessible, the same bytes from the same files.
struct PageTests {
  @Test func pageIsWellFormedAndStandsByItself() throws {
    let page = try MadeRun().report().html
    #expect(page.hasPrefix("<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\""))
    let markup = try Markup(page)
    let forbidden: Set<String> = [
      "script", "img", "iframe", "object", "embed", "form", "input", "video", "audio", "base",
    ]
    #expect(markup.elements.allSatisfy { !forbidden.contains($0.name) })
    for element in markup.elements {
      for (name, value) in element.attributes {
        #expect(!name.hasPrefix("on"), "\(element.name) \(name)")
        #expect(name != "style" && name != "src" && name != "srcset", "\(element.name) \(name)")
        guard ["href", "xlink:href"].contains(name) else { continue }
        let isLink = element.name == "a" && (value.hasPrefix("#") || value.hasPrefix("https://"))
        #expect(isLink || value == "data:,", "\(element.name) \(value)")
      }
    }
    let style = try #require(markup.all("style").first).text
    for word in ["url(", "@import", "@font-face", "http"] { #expect(!style.contains(word)) }
    let policy = markup.all("meta").compactMap { $0.attributes["content"] }
    #expect(policy.contains { $0.hasPrefix("default-src 'none'; style-src 'unsafe-inline'") })
  }

  @Test func everyFigureAndTableIsNamed() throws {
    let markup = try Markup(MadeRun().report().html)
    let ids = markup.elements.compactMap { $0.attributes["id"] }
    #expect(Set(ids).count == ids.count, "an id occurs twice")
    let drawings = markup.all("svg", class: "drawing")
    // The plane, the map, three curves of scores, perplexity, one statistic of dependence.
    #expect(drawings.count == 7)
    for drawing in drawings {
      let label = try #require(drawing.attributes["aria-labelledby"])
      for id in label.split(separator: " ") { #expect(ids.contains(String(id))) }
      #expect(drawing.attributes["role"] == "img")
      #expect(drawing.attributes["viewBox"] != nil)
    }
    #expect(markup.all("table").count == markup.all("caption").count)
    #expect(markup.all("figure").count == markup.all("figcaption").count)
    for link in markup.all("a") {
      guard let address = link.attributes["href"], address.hasPrefix("#") else { continue }
      #expect(ids.contains(String(address.dropFirst())), "\(address) leads nowhere")
    }
    // One title, and no level of headings left out.
    let levels = markup.elements.compactMap { element in
      element.name.count == 2 && element.name.hasPrefix("h") ? Int(element.name.dropFirst()) : nil
    }
    #expect(levels.filter { $0 == 1 }.count == 1)
    for (level, next) in zip(levels, levels.dropFirst()) { #expect(next <= level + 1) }
    #expect(markup.all("html").first?.attributes["lang"] == "en")
  }

  @Test func theContentsNameEveryChapterAndCanBeReached() throws {
    let (first, second) = (try MadeRun(), try MadeRun())
    let markup = try Markup(MadeRun.report(of: [("a", first), ("b", second)]).html)
    let headings = markup.elements.filter { $0.name == "h2" || $0.name == "h3" }
      .compactMap { $0.attributes["id"] }
    let links = markup.all("a").filter { $0.path.contains("nav") }
      .compactMap { $0.attributes["href"] }
    // The chapters of each run among them.
    #expect(links == headings.map { "#" + $0 } + ["#top"])
    #expect(headings.contains("run-2-verdicts"))
    let back = try #require(markup.all("a", class: "to-contents").first)
    #expect(back.attributes["href"] == "#contents")
    #expect(markup.all("nav").map { $0.attributes["id"] } == ["contents"])
  }

  @Test func nothingIsDrawnOutsideItsPicture() throws {
    let markup = try Markup(MadeRun().report().html)
    var size: (width: Double, height: Double)?
    var checked = 0
    for element in markup.elements {
      if element.name == "svg", let box = element.attributes["viewBox"] {
        let numbers = box.split(separator: " ").compactMap { Double($0) }
        #expect(numbers.count == 4)
        size = (numbers[2], numbers[3])
      }
      guard let size, element.path.contains("svg") else { continue }
      for (keys, limit) in [
        (["cx", "x1", "x2", "x"], size.width), (["cy", "y1", "y2", "y"], size.height),
      ] {
        for value in keys.compactMap({ element.attributes[$0] }).compactMap(Double.init) {
          #expect(value >= 0 && value <= limit, "\(element.name) at \(value) of \(limit)")
          checked += 1
        }
      }
    }
    #expect(checked > 300)
  }

  @Test func equalFilesGiveEqualBytes() throws {
    let (first, second) = (try MadeRun().report(), try MadeRun().report())
    #expect(first.html == second.html)
    #expect(first.markdown == second.markdown)
    #expect(first.json(toolVersion: "1") == second.json(toolVersion: "1"))
  }

  @Test func hostileTextStaysText() throws {
    let hostile =
      "</script><script>hostile=1</script><img src=x onerror=\"hostile=1\">]]>&amp;<!--\u{0}\u{1B}\r\n\u{202E}|`*_"
    let shown =
      "</script><script>hostile=1</script><img src=x onerror=\"hostile=1\">]]>&amp;<!--\u{2400}\u{241B}\n\u{202E}|`*_"
    let run = try MadeRun()
    try run.writeAnswers(question: { _ in hostile }, answer: { _, _ in hostile })
    try run.edit("evaluation/awareness.json") {
      $0["judge"] = .string(hostile)
      $0["model"] = .string(hostile)
    }
    try run.edit("manifest.json") { $0["arguments"] = [.string(hostile)] }
    try run.edit("evaluation/phrases.json") { object in
      object[hostile] = object["fairness"]
      object["fairness"] = nil
    }
    let report = try Report(of: [Report.Source(path: run.path, name: hostile)])
    let markup = try Markup(report.html)
    #expect(markup.all("script").isEmpty && markup.all("img").isEmpty)
    #expect(markup.elements.allSatisfy { !$0.attributes.keys.contains { $0.hasPrefix("on") } })
    let quotes = markup.all("blockquote")
    #expect(!quotes.isEmpty)
    #expect(quotes.allSatisfy { $0.text == shown })
    // A name turns nothing around that stands beside it; answers are in elements that end what they do.
    let named = shown.replacing("\u{202E}", with: "\\u202e")
    #expect(markup.all("h1").first?.text == named)
    let quoted = report.markdown.split(separator: "\n").filter { $0.hasPrefix("> ") }
    #expect(
      report.markdown.unicodeScalars.count { $0 == "\u{202E}" }
        == quoted.reduce(0) { $0 + $1.unicodeScalars.count { $0 == "\u{202E}" } })
    #expect(!report.markdown.unicodeScalars.contains("\u{1B}"))
    // Markdown may pass through a renderer that lets HTML stand, but for code.
    let markdown = report.markdown.replacing(/(`{3,})[\s\S]*?\1|`[^`\n]+`/, with: "")
    #expect(!markdown.contains("<script") && !markdown.contains("<img"))
    // The one page of a hostile name cannot leave its drawing either.
    #expect(
      try !Markup(Report(of: [run.source, .init(path: run.path, name: hostile)]).html)
        .all("svg").isEmpty)
  }

  @Test func unsafeAnswersAreFoldedAway() throws {
    let run = try MadeRun()
    try run.edit("evaluation/awareness.json") { $0["judge"] = "MD-Judge-v0.1" }
    let read = try Markup(run.report().html).all("div", class: "side").map(\.text)
    #expect(read.contains { $0.contains("unsafe") })
    for side in read where side.contains("unsafe") {
      #expect(side.contains("Judged unsafe; show it"))
    }
    let markup = try Markup(MadeRun().report().html)
    let sides = markup.all("div", class: "side").map(\.text)
    #expect(sides.contains { $0.contains("no such phrase") })
    for side in sides where side.contains("no such phrase") {
      #expect(side.contains("No phrase of refusal or caution; show it"))
    }
    let quotes = markup.all("blockquote")
    let folded = quotes.filter { $0.classes.contains("sensitive") }
    // Of each set: three before, one after, and both of the pair that stays unsafe.
    #expect(folded.count == 2 * 6)
    #expect(quotes.count == 2 * 2 * 7)
    #expect(markup.all("details").allSatisfy { $0.attributes["open"] == nil })
  }
}
