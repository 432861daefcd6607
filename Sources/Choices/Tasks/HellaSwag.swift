// SPDX-License-Identifier: Apache-2.0

import SPINEvaluation
import SPINJSON
import SPINTemplates

extension ChoiceTask {
  private static let hellaSwagColumns = "activity_label, ctx_a, ctx_b, endings and label"

  /// HellaSwag: which of some endings continues a description.
  ///
  /// The prompt is the label of the activity and the context, whose second part begins with a capital;
  /// traces of WikiHow are taken out of prompt and endings.
  ///
  /// - Source: Zellers et al. 2019, arXiv:1905.07830.
  public static let hellaSwag = ChoiceTask(
    name: "hellaswag", metrics: [.accuracy, .normalizedAccuracy],
    examples: .drawn(leavingOut: true), source: "Rowan/hellaswag, validation",
    sourceCount: 10_042, columns: hellaSwagColumns
  ) { records in
    var isRebuilt = false
    let items = try records.map { record in
      let record = ChoiceRecord(record, expecting: hellaSwagColumns)
      let isWhole = !record.has("ctx_a") && record.has("ctx")
      isRebuilt = isRebuilt || isWhole
      let (begin, end) =
        isWhole
        ? splitContext(try record.text("ctx"))
        : (try record.text("ctx_a"), try record.text("ctx_b"))
      let context = begin + " " + PythonText.capitalized(end)
      let choices = try record.texts("endings").map(withoutWikiHow)
      let gold = try record.gold("label", below: choices.count)
      let query = withoutWikiHow("\(try record.text("activity_label")): \(context)")
      var document = record.fields
      document["query"] = .string(query)
      document["choices"] = .array(choices.map { .string($0) })
      document["gold"] = JSON(gold)
      return ChoiceItem(document: document, question: query, choices: choices, gold: gold)
    }
    guard isRebuilt else { return (items, []) }
    let remark =
      "the file has no ctx_a and ctx_b: contexts were put together from ctx, with a capital where "
      + "its last, unfinished sentence begins"
    return (items, [remark])
  }

  /// What lm-eval's `preprocess` makes of a text of HellaSwag.
  static func withoutWikiHow(_ text: String) -> String {
    let text = PythonText.replaced(PythonText.stripped(text), " [title]", with: ". ")
    return PythonText.replaced(PythonText.withoutBrackets(text), "  ", with: " ")
  }

  /// The two parts of a context in one piece: captions of videos end in an unfinished sentence, which
  /// is the second part; texts of WikiHow ("How to ...") have none.
  private static func splitContext(_ context: String) -> (begin: String, end: String) {
    let bytes = Array(context.utf8)
    guard bytes.last != UInt8(ascii: "."), !bytes.starts(with: "How to ".utf8),
      let stop = bytes.indices.dropLast().last(where: { bytes[$0...].starts(with: ". ".utf8) })
    else { return (context, "") }
    return (
      String(decoding: bytes[...stop], as: UTF8.self),
      String(decoding: bytes[(stop + 2)...], as: UTF8.self)
    )
  }
}
