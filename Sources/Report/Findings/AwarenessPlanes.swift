// SPDX-License-Identifier: Apache-2.0

/// The plane of two awareness rates, with a point for every model that was measured under identical
/// settings.
struct AwarenessPlane {
  /// The kind of model of a point.
  enum Kind: String {
    case untouched, edited, candidate, other
  }

  struct Point {
    let label: String
    let kind: Kind
    let x, y: Report.Estimate
    let countX, countY: Int
    /// The index of the untouched model's point in the plane; nil if there is none.
    let origin: Int?
    /// The prompt format of the questions, "raw" or "chat", if the runs of a plane differ in it;
    /// otherwise nil.
    var format: String?
    /// Whether it is labeled in the drawing.
    var isLabeled = true
  }

  /// The names of the question sets along the two axes.
  let nameX, nameY: String
  let judge: String
  /// The judge's vocabulary.
  let words: VerdictWords
  /// Whether the axes show changes of rates instead of rates.
  var isChange = false
  var points: [Point] = []
}

extension AwarenessPlane {
  /// The planes of runs, one for each judge and pair of question sets, because only rates with the
  /// same judge and questions are comparable.
  static func all(of runs: [ReportedRun]) -> [AwarenessPlane] {
    var planes: [(key: String, plane: AwarenessPlane)] = []
    let differs = Set(runs.compactMap { $0.awareness?.promptFormat }).count > 1
    for run in runs {
      guard let awareness = run.awareness, let (x, y) = axes(of: awareness) else { continue }
      let key = [
        awareness.judge, x.name, x.digest, "\(x.rates.last.count)", y.name, y.digest,
        "\(y.rates.last.count)",
      ].joined(separator: "\n")
      let place =
        planes.firstIndex { $0.key == key }
        ?? {
          planes.append(
            (
              key,
              AwarenessPlane(
                nameX: x.name, nameY: y.name, judge: awareness.judge, words: awareness.words)
            ))
          return planes.count - 1
        }()
      // The page of a single run has the model's name as its title, so labels omit it.
      let isAlone = runs.count == 1
      planes[place].plane.add(
        run, isAlone ? run.editName : "\(run.name), edited",
        untouched: isAlone ? "untouched" : "\(run.modelName ?? run.name), untouched", x, y,
        format: differs ? awareness.promptFormat : nil)
    }
    return planes.map(\.plane).filter { !$0.points.isEmpty }
  }

  /// Fairness horizontally and privacy vertically, as in the paper; otherwise the first two
  /// question sets.
  private static func axes(
    of awareness: AwarenessReading
  ) -> (AwarenessReading.Questions, AwarenessReading.Questions)? {
    let sets = awareness.sets
    if let fairness = sets.first(where: { $0.name == "fairness" }),
      let privacy = sets.first(where: { $0.name == "privacy" })
    {
      return (fairness, privacy)
    }
    return sets.count >= 2 ? (sets[0], sets[1]) : nil
  }

  private mutating func add(
    _ run: ReportedRun, _ editName: String, untouched: String, _ x: AwarenessReading.Questions,
    _ y: AwarenessReading.Questions, format: String?
  ) {
    // Rates of different prompt formats are of different models of use, so their points and labels
    // stay apart.
    let suffix = format.map { ", \($0) format" } ?? ""
    var origin: Int?
    if let beforeX = x.rates.before, let beforeY = y.rates.before {
      origin =
        index(of: beforeX, beforeY, kind: .untouched, format)
        ?? append(
          untouched + suffix, .untouched, beforeX, beforeY, origin: nil, format)
    }
    // An empty edit is the untouched model again.
    guard !run.isEmptyEdit || origin == nil else { return }
    _ = append(
      (run.isEdited ? editName : run.name) + suffix, run.isEdited ? .edited : .other,
      x.rates.last, y.rates.last, origin: origin, format)
  }

  /// The index of a point that is already there for the same rates.
  private func index(
    of x: AwarenessReading.Rate, _ y: AwarenessReading.Rate, kind: Kind, _ format: String?
  ) -> Int? {
    points.firstIndex {
      $0.kind == kind && $0.x == x.estimate && $0.y == y.estimate && $0.countX == x.count
        && $0.countY == y.count && $0.format == format
    }
  }

  private mutating func append(
    _ label: String, _ kind: Kind, _ x: AwarenessReading.Rate, _ y: AwarenessReading.Rate,
    origin: Int?, _ format: String?
  ) -> Int? {
    guard let estimateX = x.estimate, let estimateY = y.estimate else { return nil }
    points.append(
      Point(
        label: label, kind: kind, x: estimateX, y: estimateY, countX: x.count, countY: y.count,
        origin: origin, format: format))
    return points.count - 1
  }
}
