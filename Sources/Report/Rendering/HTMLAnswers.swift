// SPDX-License-Identifier: Apache-2.0

/// Questions with their answers; answers that may be harmful open on demand.
struct HTMLAnswers {
  let samples: SampleAnswers
  let level: Int

  var element: Element {
    Element(
      "div", [("class", "answers")],
      elements: [
        Element("h\(level)", text: samples.set.capitalizedFirst),
        Element(
          "p", [("class", "note")],
          text: "\(NumberText.count(samples.count, "question")). Judge: \(samples.judge)."),
      ] + samples.groups.flatMap(group))
  }

  private func group(_ group: SampleAnswers.Group) -> [Element] {
    let shown =
      group.items.count < group.count ? ", \(group.items.count) shown" : ""
    return [
      Element(
        "h\(level + 1)",
        text: "\(group.title): \(NumberText.count(group.count)) "
          + "\(group.count == 1 ? "question" : "questions")\(shown)")
    ] + group.items.map(item)
  }

  private func item(_ item: SampleAnswers.Item) -> Element {
    Element(
      "article", [("class", "sample")],
      elements: [
        Element(
          "p", [("class", "question")],
          [
            .element(Element("span", [("class", "index")], text: "Question \(item.index + 1)")),
            .text(" "),
            .element(Element("bdi", text: item.question)),
          ]),
        Element("div", [("class", "pair")], elements: item.answers.map(answer)),
      ])
  }

  private func answer(_ answer: SampleAnswers.Answer) -> Element {
    let side = answer.side == "answers" ? "answer" : answer.side
    let text =
      answer.text.isEmpty
      ? Element("p", [("class", "none")], text: "(no answer)")
      : Element("blockquote", [("dir", "auto")], text: answer.text)
    let body =
      samples.words.warning(before: answer.verdict).map {
        Element(
          "details", [("class", "sensitive")], elements: [Element("summary", text: $0), text])
      } ?? text
    // Colors stand for good and bad, which only a judge that reads answers can tell.
    let style = samples.words.isHeuristic ? "verdict" : "verdict \(answer.verdict)"
    return Element(
      "div", [("class", "side")],
      elements: [
        Element(
          "p", [("class", "side-title")],
          [
            .text(side + " "),
            .element(
              Element("span", [("class", style)], text: samples.words.word(answer.verdict))),
          ]),
        body,
      ])
  }
}
