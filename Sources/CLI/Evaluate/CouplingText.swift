// SPDX-License-Identifier: Apache-2.0

import SPINJobs

extension CouplingResult {
  /// A table a measure, a row a layer.
  var text: String {
    let tables = LayerCoupling.Measure.allCases.map { measure in
      let rows = layers.map { layer in
        let test = layer[measure]
        return [
          "\(layer.layer)", Decimals.significant(test.value), SelectionTable.brief(test.pValue),
          Decimals.significant(test.mean),
          Decimals.significant(test.quantile(0.05)) + " to "
            + Decimals.significant(test.quantile(0.95)),
        ]
      }
      return
        ([measure.title(options)]
        + TextTable([["layer", "value", "p", "other pairings", "5% to 95%"]] + rows).lines)
        .joined(separator: "\n")
    }
    return ([heading] + tables + sweepTable(nil) + [Self.legend]).joined(separator: "\n\n")
  }

  fileprivate var heading: String {
    "\(pairs.count.counted("pair")) of \(pairs.first.name) and \(pairs.second.name) questions, drawn and "
      + "paired by seed \(pairs.seed); \(options.permutationCount) other pairings"
  }

  /// Both estimates for other widths, where there are any.
  fileprivate func sweepTable(_ after: CouplingResult?) -> [String] {
    guard !options.sweep.isEmpty else { return [] }
    var rows = [["layer", "sigma"]]
    for side in after == nil ? [""] : [" before", " after"] {
      rows[0] += ["HSIC" + side, "normalized" + side]
    }
    for (index, layer) in layers.enumerated() {
      for (place, point) in layer.sweep.enumerated() {
        let points = [point] + (after.map { [$0.layers[index].sweep[place]] } ?? [])
        rows.append(
          ["\(layer.layer)", Decimals.shortest(point.sigma)]
            + points.flatMap {
              [Decimals.significant($0.hsic), Decimals.significant($0.normalizedHSIC)]
            })
      }
    }
    return [(["HSIC for other widths"] + TextTable(rows).lines).joined(separator: "\n")]
  }

  fileprivate static let legend =
    "p: the share of pairings, this one included, with at least this value. The pairing is a seed's, "
    + "so the\nvalue belongs among the others, whatever the model."
}

extension CouplingChange {
  /// A table a measure, a row a layer.
  var text: String {
    let tables = LayerCoupling.Measure.allCases.map { measure in
      let rows = before.layers.indices.map { index in
        cells(measure, before.layers[index], after.layers[index], changes[measure]?[index])
      }
      let header = [
        "layer", "before", "p", "after", "p", "change", "other pairings, 2.5% to 97.5%", "p (Holm)",
      ]
      return
        ([measure.title(before.options)]
        + TextTable([header] + rows).lines).joined(separator: "\n")
    }
    let legend =
      CouplingResult.legend
      + "\nchange: compared with the change of other pairings; p (Holm): of a different change, two-sided, "
      + "for all layers.\nWhere all change alike, the edit moved the scale or shape of the states, "
      + "which HSIC follows."
    return ([before.heading] + tables + before.sweepTable(after) + [legend])
      .joined(separator: "\n\n")
  }

  private func cells(
    _ measure: LayerCoupling.Measure, _ before: LayerCoupling, _ after: LayerCoupling,
    _ change: Change?
  ) -> [String] {
    guard let change else { return [] }
    let relative = change.relative
    return [
      "\(before.layer)", Decimals.significant(before[measure].value),
      SelectionTable.brief(before[measure].pValue), Decimals.significant(after[measure].value),
      SelectionTable.brief(after[measure].pValue), Decimals.change(relative.value),
      "\(Decimals.change(relative.quantile(0.025))) to \(Decimals.change(relative.quantile(0.975)))",
      SelectionTable.brief(change.adjustedPValue),
    ]
  }
}

extension LayerCoupling.Measure {
  fileprivate func title(_ options: CouplingOptions) -> String {
    let sigma = Decimals.shortest(options.sigma)
    return switch self {
    case .hsic: "HSIC, mean of tokens, sigma \(sigma)"
    case .hsicNormalized: "normalized HSIC, last token, sigma \(sigma)"
    case .cka: "linear CKA, mean of tokens"
    }
  }
}
