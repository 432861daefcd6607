// SPDX-License-Identifier: Apache-2.0

import SPINStatistics

/// The comparison of methods: a table, the plane, and SPIN beside each of the others.
enum ComparisonSections {
  /// The answers that a reader asks for first.
  static func answers(_ file: ComparisonFile) -> [HeadlineAnswer] {
    guard let spin = file.methods.first(where: { $0.name == "spin" }) else { return [] }
    return [help(spin, file), beside(file, controls: true), beside(file, controls: false)]
      .compactMap(\.self)
  }

  /// The methods with what they change.
  static func methods(_ file: ComparisonFile) -> Table {
    let tasks = file.methods[0].accuracy.map(\.name)
    let hasText = file.methods[0].perplexity != nil
    let hasSeveral = file.methods.contains { $0.seeds.count > 1 }
    let refusals = file.methods[0].refusals.map(\.name)
    var table = Table(
      caption: "What each method changes" + (hasSeveral ? ", mean over its seeds" : ""),
      columns: [.text("method"), .number("weights")]
        + file.questions.map { .number("\($0.name) awareness") }
        + refusals.map { .number("\($0) refused") } + (hasText ? [.number("perplexity")] : [])
        + tasks.map { .number("\($0) accuracy") },
      rows: file.methods.map { method in
        let arms = file.arms.filter { $0.method == method.name && $0.samples == method.samples }
        let sizes = arms.compactMap { $0.weights ?? $0.parameters }
        var cells = [
          Table.Cell(
            file.label(method),
            detail: method.seeds.count > 1 ? "\(method.seeds.count) seeds" : nil),
          Table.Cell(range(sizes)),
        ]
        cells += file.questions.map { list in
          change(
            method.awareness.first { $0.name == list.name }?.change, points, higherIsBetter: true,
            isHeuristic: file.isHeuristic)
        }
        cells += refusals.map { list in
          change(
            method.refusals.first { $0.name == list }?.change, points, higherIsBetter: false,
            isHeuristic: true)
        }
        if hasText {
          cells.append(
            change(
              method.perplexity, ratio, higherIsBetter: false, isHeuristic: false, from: 1,
              items: "windows"))
        }
        cells += tasks.map { task in
          change(
            method.accuracy.first { $0.name == task }?.change, points, higherIsBetter: true,
            isHeuristic: false)
        }
        return cells
      })
    let counts = file.questions.map {
      "\($0.name) \(NumberText.percent($0.before ?? .nan)) of \(NumberText.count($0.count))"
    }
    let left = file.leftOut.filter { $0.count > 0 }
      .map { "\(NumberText.count($0.count)) of \($0.name)" }
    table.note = [
      .text(
        "Changes from the untouched model (awareness \(Headline.list(counts)) questions): of rates in "
          + "percentage points, of perplexity in percent, of the questions with a verdict on both sides. "
          + EvidenceText.rule(.method)
          + (left.isEmpty
            ? "" : " Left out because they stand in the data: \(Headline.list(left))."))
    ]
    return table
  }

  /// The figure with a point a method and a small one a seed; nil with fewer than two lists.
  static func plane(_ file: ComparisonFile) -> Section? {
    let names = file.questions.map(\.name)
    let axes =
      Set(names).isSuperset(of: ["fairness", "privacy"]) ? ["fairness", "privacy"] : names
    guard axes.count >= 2 else { return nil }
    var plane = AwarenessPlane(nameX: axes[0], nameY: axes[1], judge: file.judge)
    plane.isChange = true
    let zero = Report.Estimate(0)
    plane.points = [
      .init(
        label: "untouched", kind: .untouched, x: zero, y: zero, countX: 0, countY: 0, origin: nil)
    ]
    var seeds: [AwarenessPlane.Point] = []
    for method in file.methods {
      func change(_ name: String) -> ComparisonFile.Change? {
        method.awareness.first { $0.name == name }?.change
      }
      guard let x = change(axes[0]), let y = change(axes[1]) else { continue }
      let label = file.label(method)
      plane.points.append(
        .init(
          label: label, kind: method.name.hasPrefix("spin") ? .edited : .other, x: x.mean,
          y: y.mean,
          countX: 0, countY: 0, origin: nil))
      guard x.seeds.count > 1 else { continue }
      seeds += zip(x.seeds, y.seeds).enumerated().map { place, values in
        AwarenessPlane.Point(
          label:
            "\(label), seed \(method.seeds.indices.contains(place) ? "\(method.seeds[place])" : "")",
          kind: .candidate, x: Report.Estimate(values.0), y: Report.Estimate(values.1), countX: 0,
          countY: 0, origin: nil, isLabeled: false)
      }
    }
    plane.points += seeds
    return Section(
      id: "plane", title: "\(axes[0]) and \(axes[1])".capitalizedFirst,
      blocks: [
        .figure(
          Figure(
            drawing: plane.drawing,
            caption: [
              .text(
                "Change of awareness by each method, in percentage points, with 95% intervals."
                  + (file.isHeuristic ? "" : " Up and to the right is better.")
                  + " Filled: SPIN and its variants; square: others; "
                  + "hollow: single seeds; gray: the untouched model. Judge: \(file.judge)"
                  + (file.judge.contains("heuristic") ? ", which looks at words only." : "."))
            ], data: nil))
      ])
  }

  /// SPIN beside each of the others, question by question; nil where there is nothing to compare.
  static func advantage(_ file: ComparisonFile) -> Section? {
    let others = file.methods.filter { !$0.spinAdvantage.isEmpty }
    guard !others.isEmpty else { return nil }
    let table = Table(
      caption: "By how much SPIN's rates are higher, same seeds and questions",
      columns: [.text("than")] + file.questions.map { .number($0.name) },
      rows: others.map { method in
        [Table.Cell(file.label(method))]
          + file.questions.map { list in
            change(
              method.spinAdvantage.first { $0.name == list.name }?.change, points,
              higherIsBetter: true, isHeuristic: file.isHeuristic)
          }
      },
      note: [
        .text("Percentage points, mean over the seeds that both have, with 95% intervals.")
      ])
    return Section(id: "advantage", title: "SPIN beside the others", blocks: [.table(table)])
  }

  /// Every arm by itself, and where its own report is; nil where methods have one seed each.
  static func arms(_ file: ComparisonFile) -> Section {
    var rows: [[Table.Cell]] = []
    for method in file.methods {
      let arms = file.arms.filter { $0.method == method.name && $0.samples == method.samples }
      for (place, arm) in arms.enumerated() {
        func cell(_ change: ComparisonFile.Change?, _ text: (Double) -> String) -> Table.Cell {
          .number(change.flatMap { $0.seeds.indices.contains(place) ? $0.seeds[place] : nil }, text)
        }
        rows.append(
          [Table.Cell(arm.folder), .count(arm.weights ?? arm.parameters)]
            + file.questions.map { list in
              cell(method.awareness.first { $0.name == list.name }?.change, points)
            } + [cell(method.perplexity, ratio)])
      }
    }
    return Section(
      id: "arms", title: "Every seed",
      blocks: [
        .paragraph([
          .text("Each folder of the comparison is a run with a report of its own, "),
          .code("report.html"), .text("; the first method's follows."),
        ]),
        .folded(
          summary: "\(NumberText.count(rows.count)) edits",
          [
            .table(
              Table(
                caption: "What each edit changes",
                columns: [.text("folder"), .number("weights")]
                  + file.questions.map { .number($0.name) } + [.number("perplexity")], rows: rows))
          ] + [AnswerCountsTable.block(of: file)].compactMap(\.self)),
      ])
  }

  // MARK: - Answers

  private static func help(_ spin: ComparisonFile.Method, _ file: ComparisonFile) -> HeadlineAnswer
  {
    let changes = spin.awareness.map(\.change)
    let effects = changes.map { $0.effect(isBetterWhenHigher: true) }
    return HeadlineAnswer(
      question: file.isHeuristic ? PhraseHeadline.question : "Does SPIN help?",
      answer: file.isHeuristic ? PhraseHeadline.words(effects) : answer(changes),
      reasons: spin.awareness.map { sentence($0.name, $0.change) }
        + (spin.perplexity.map {
          ["Perplexity changes by \(ratio($0.mean.value))\(interval($0, ratio, "windows"))."]
        } ?? []) + (file.isHeuristic ? [PhraseHeadline.remedy] : []))
  }

  /// Whether SPIN does better than controls, or than what is trained.
  private static func beside(_ file: ComparisonFile, controls: Bool) -> HeadlineAnswer? {
    let names = controls ? ["random", "general-only"] : ["full", "lora", "dora", "loreft"]
    let others = file.methods.filter { names.contains($0.name) && !$0.spinAdvantage.isEmpty }
    guard !others.isEmpty else { return nil }
    return HeadlineAnswer(
      question: (file.isHeuristic ? "More phrases than " : "More than ")
        + (controls ? "controls?" : "training?"),
      answer: answer(others.flatMap(\.spinAdvantage).map(\.change)),
      reasons: others.map { method in
        let parts = method.spinAdvantage.map {
          "\($0.name) \(points($0.change.mean.value))\(interval($0.change, points))"
        }
        return "Than \(file.label(method)): \(Headline.list(parts))."
      })
  }

  private static func sentence(_ name: String, _ change: ComparisonFile.Change) -> String {
    "\(name.capitalizedFirst) awareness changes by \(points(change.mean.value)) points"
      + interval(change, points) + "."
  }

  // MARK: - Texts

  private static func points(_ value: Double) -> String { NumberText.signed(value * 100, 1) }
  private static func ratio(_ value: Double) -> String {
    NumberText.signed((value - 1) * 100, 2) + "%"
  }

  /// " (95% interval −0.2 to +3.1; shown)", or why there is no interval.
  private static func interval(
    _ change: ComparisonFile.Change, _ text: (Double) -> String, _ items: String = "questions"
  ) -> String {
    guard let lower = change.mean.lower, let upper = change.mean.upper else {
      return " (\(EvidenceText.tooFew(items)))"
    }
    return " (95% interval \(text(lower)) to \(text(upper))"
      + (Evidence.isShown(change.adjustedPValue) ? "; shown)" : ")")
  }

  private static func change(
    _ change: ComparisonFile.Change?, _ text: (Double) -> String, higherIsBetter: Bool,
    isHeuristic: Bool, from neutral: Double = 0, items: String = "questions"
  ) -> Table.Cell {
    guard let change else { return .text(nil) }
    var cell = Table.Cell(text(change.mean.value))
    if let lower = change.mean.lower, let upper = change.mean.upper {
      cell.detail = "\(text(lower)) to \(text(upper))"
    } else {
      cell.detail = EvidenceText.tooFew(items)
    }
    cell.chip = Table.Mark(
      change.effect(isBetterWhenHigher: higherIsBetter, from: neutral), isHeuristic: isHeuristic,
      change: change.mean.value - neutral)
    return cell
  }

  /// What claims that rates are higher come to together.
  private static func answer(_ changes: [ComparisonFile.Change]) -> String {
    guard changes.contains(where: { $0.adjustedPValue != nil }) else { return Headline.tooFew }
    let effects = changes.map { $0.effect(isBetterWhenHigher: true) }
    let (better, worse) = (effects.count { $0 == .better }, effects.count { $0 == .worse })
    return switch (better, worse) {
    case (0, 0): "Not shown"
    case (changes.count, _): "Yes"
    case (_, 0): "In part"
    case (0, _): "No"
    default: "Both ways"
    }
  }

  private static func range(_ sizes: [Int]) -> String {
    guard let least = sizes.min(), let most = sizes.max() else { return NumberText.none }
    return least == most
      ? NumberText.count(least) : "\(NumberText.count(least)) to \(NumberText.count(most))"
  }
}
