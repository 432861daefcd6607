// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINDecoderNames
import SPINPatch
import SPINSelection
import SPINStorage

extension ModelCard {
  /// The Markdown after the front matter.
  ///
  /// - Parameter enclosedPatch: The name of the patch in the folder; nil if it is not there.
  func body(enclosedPatch: String?) -> String {
    let name = MarkdownRenderer.escaped(baseModel)
    var parts = [
      "# \(name), edited with SPIN",
      "This is \(name) with \(edit). Everything else is as in the base model; nothing was trained. "
        + "[SPIN](https://arxiv.org/abs/2410.16672) looks for the weights on which both awareness of "
        + "fairness and awareness of privacy depend, and suppresses them.",
      "## What it changes", changes, "## How it was made", MarkdownRenderer.table(parameters),
    ]
    if let origin = patch.base.origin { parts.insert(Self.text(origin: origin), at: 2) }
    if let record = run.record {
      let command = RepeatableCommand(
        record.arguments, origin: record.modelOrigin, model: run.modelName, baseModel: baseModel,
        for: .anyone)
      let local = command.localModel.map {
        " `\($0)` stands for the folder of the base model."
      }
      parts.append(
        "Made with `spin` \(MarkdownRenderer.escaped(patch.toolVersion)). Run where the files that it names "
          + "are, this command repeats the edit.\(local ?? "")\n\n```sh\n"
          + PrintableText.escaped(command.text)
          + "\n```")
    }
    if let map = WeightMap(patch: patch, selection: run.selection) {
      parts += ["## Which weights", MarkdownRenderer.table(map.table)]
    }
    parts += ["## Taking it back", takingBack(enclosedPatch), "## Limits", Self.limits]
    return parts.joined(separator: "\n\n")
  }

  /// A sentence on the origin of an imported model's weights.
  private static func text(origin: String) -> String {
    let text = "The weights of the base model were \(MarkdownRenderer.escaped(origin))."
    guard origin.hasPrefix("dequantized") else { return text }
    return text + " They differ from the weights that the model was published with."
  }

  /// "1,204 weights in 84 matrices set to zero".
  private var edit: String {
    guard patch.weightCount > 0 else { return "no weight changed: the selection is empty" }
    let weights = NumberText.count(patch.weightCount, "weight")
    let matrices = "in \(NumberText.count(patch.tensors.count, "matrix"))"
    switch patch.scale {
    case 0: return "\(weights) \(matrices) set to zero"
    case let scale?: return "\(weights) \(matrices) multiplied by \(NumberText.brief(scale))"
    case nil: return "\(weights) \(matrices) changed"
    }
  }

  private var changes: String {
    let findings = run.findings
    guard !findings.isEmpty else {
      return "Nothing was measured. `spin evaluate` measures awareness, perplexity and general "
        + "ability of this model compared with its base."
    }
    let table = Table(
      caption: "Before and after the edit",
      columns: [
        .text("measure"), .number("n"), .number("empty"), .number("cut off"), .number("before"),
        .number("after"), .number("change"), .number("95% interval"), .number("p"),
        .number("p, adjusted"), .text("shown"),
      ],
      rows: findings.map { finding in
        let points = { (value: Double) in finding.changeText(value) }
        return [
          .text(finding.title + (finding.words?.findingNote ?? "")),
          .count(finding.count), .text(finding.gapsText(\.empty)),
          .text(finding.gapsText(\.cutOff)), .number(finding.before?.value, finding.valueText),
          .text(finding.valueText(finding.after.value)), .number(finding.change?.value, points),
          finding.change?.lower == nil
            ? .text(finding.missingInterval)
            : .interval(finding.change?.lower, finding.change?.upper, points),
          .text(finding.pValueText), .text(finding.adjustedPValueText), .text(finding.mark?.word),
        ]
      })
    let judged = Headline.judgeSentences(findings).map { " " + MarkdownRenderer.escaped($0) }
    let rate = run.awareness.map { measure in
      let words = measure.words
      return measure.sets.isEmpty
        ? "" : MarkdownRenderer.escaped(" \(words.measure.capitalizedFirst): \(words.rate).")
    }
    let gaps =
      findings.contains { $0.gapsAfter != nil }
      ? " Empty and cut off: answers without text, and answers that ended at the token limit, before and after."
      : ""
    return MarkdownRenderer.table(table)
      + "\n\n\(MarkdownRenderer.escaped(EvidenceText.rule(.run))) Intervals and p-values are of the items "
      + "that were measured." + gaps + judged.joined() + (rate ?? "")
  }

  private var parameters: Table {
    var rows: [[Table.Cell]] = []
    func add(_ name: String, _ value: String?) {
      if let value { rows.append([.text(name), .text(value)]) }
    }
    if let set = run.selection {
      let selection = set.selection
      add("rule", selection.rule.rawValue)
      add(
        "top weights of \(selection.pair.joined(separator: " and ")) (q)",
        Self.text(selection.pairAmount))
      add("top weights of \(selection.general) (p)", Self.text(selection.generalAmount))
      add("matrices", selection.targetModule?.rawValue ?? "all that were scored")
      add(
        "layers", selection.layers.map { "\($0.lowerBound) to \($0.upperBound)" } ?? "all")
      for source in set.sources {
        add(
          "data: \(source.dataSet)",
          "\(source.dataFile), \(NumberText.count(source.sampleCount, "sample")), seed \(source.seed), "
            + "SHA-256 \(source.dataDigest)")
      }
    }
    if let rounds = run.record?.rounds.count { add("rounds", NumberText.count(rounds)) }
    add("factor", patch.scale.map { NumberText.brief($0) })
    add("base model, SHA-256 over the SHA-256 of its weight files", patch.base.modelHash)
    return Table(
      caption: "Parameters", columns: [.text("parameter"), .text("value")], rows: rows)
  }

  private static func text(_ amount: Selection.Amount) -> String {
    switch amount {
    // As on the command line, with all digits.
    case .share(let share): "\(share) of each matrix"
    case .count(let count): "\(NumberText.count(count)) of each matrix"
    }
  }

  private func takingBack(_ enclosedPatch: String?) -> String {
    let file = enclosedPatch.map { "MODEL/\($0)" } ?? "patch.json"
    let place =
      enclosedPatch.map { "`\($0)` in this folder" }
      ?? "`patch.json`, which is not in this folder"
    return """
      The patch of this edit, \(place) (SHA-256 `\(patchDigest)`), lists every edited weight with its \
      bits before and after. With it anyone can check and undo the edit, or put it on their own copy of \
      the base model:

      ```sh
      spin patch verify MODEL \(file)             # is this the model that the patch made?
      spin patch revert MODEL \(file) --in-place  # back to the base model, bit by bit
      spin patch apply BASE \(file) --out EDITED  # the edit again
      ```
      """
  }

  private static let limits =
    "The edit was made for research on fairness and privacy. It makes no promise that an answer is "
    + "fair, private or safe, and it can make a model worse: read the numbers above, and measure your "
    + "own use. The same method can remove awareness instead of protecting it."
}

extension Report.Finding {
  /// "5 → 0", "3": the number of such answers before and after; nil if not counted.
  fileprivate func gapsText(_ count: (AnswerGaps) -> Int?) -> String? {
    guard let after = gapsAfter.flatMap(count) else { return nil }
    let before = gapsBefore.flatMap(count).map { NumberText.count($0) + " → " } ?? ""
    return before + NumberText.count(after)
  }
}
