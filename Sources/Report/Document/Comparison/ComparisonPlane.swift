// SPDX-License-Identifier: Apache-2.0

/// The figure of a comparison: a point for each method, and a small one for each seed.
enum ComparisonPlane {
  /// The section; nil with fewer than two question sets.
  static func section(_ file: ComparisonFile) -> Section? {
    let names = file.questions.map(\.name)
    let axes =
      Set(names).isSuperset(of: ["fairness", "privacy"]) ? ["fairness", "privacy"] : names
    guard axes.count >= 2 else { return nil }
    return Section(
      id: "plane", title: "\(axes[0]) and \(axes[1])".capitalizedFirst,
      blocks: [
        .figure(
          Figure(
            drawing: plane(file, axes).drawing,
            caption: [
              .text(
                "Change of \(file.words.measure) by each method, in percentage points, with 95% intervals. "
                  + "Judge: \(file.judge).\(file.words.judgeNote)")
            ],
            legend: [
              .text(
                (file.words.isHeuristic ? "" : "Up and to the right is better. ")
                  + "Filled: SPIN and its variants; square: others; hollow: single seeds; gray: the "
                  + "untouched model.")
            ], data: nil))
      ])
  }

  private static func plane(_ file: ComparisonFile, _ axes: [String]) -> AwarenessPlane {
    var plane = AwarenessPlane(
      nameX: axes[0], nameY: axes[1], judge: file.judge, words: file.words)
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
          y: y.mean, countX: 0, countY: 0, origin: nil))
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
    return plane
  }
}
