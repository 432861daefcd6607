// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
import SPINJSON
import SPINStorage

/// Asks a judge for verdicts, for each pair of question and answer once, and keeps them in a folder.
///
/// Verdicts are kept by the digest of the pair: an answer that an edit did not change is judged once,
/// as is one that another list or a later run gives again. Each judge has a journal of its own, so
/// that the verdicts of several stand beside each other.
struct VerdictStore {
  let judge: any Judge
  let directory: String?

  /// The judgements, in order.
  ///
  /// - Throws: `SPINError` where a journal is damaged, and as the judge.
  func judgements(
    of pairs: [QuestionAnswer], shouldStop: () -> Bool,
    report: (AwarenessEvaluation.Progress) -> Void
  ) throws -> [Judgement] {
    let identity = FileDigest.sha256(of: [judge.identity])
    let journal = try directory.map { directory in
      try FileSystem.ensureDirectory(directory)
      return try ItemJournal(
        path: "\(directory)/.verdicts-\(identity.prefix(12)).journal", kind: "verdicts",
        identity: identity)
    }
    var judgements: [String: Judgement] = [:]
    for item in journal?.items ?? [] {
      judgements[try item.required("item")] = try Judgement(item)
    }
    let keys = pairs.map { FileDigest.sha256(of: [.string($0.question), .string($0.answer)]) }
    var open: [(key: String, pair: QuestionAnswer)] = []
    var seen = Set(judgements.keys)
    for (key, pair) in zip(keys, pairs) where seen.insert(key).inserted { open.append((key, pair)) }
    report(.judging(open.count))
    try journal.during {
      try judge.judge(open.map(\.pair), shouldStop: shouldStop) { place, judgement in
        judgements[open[place].key] = judgement
        var item: JSONObject = ["item": .string(open[place].key)]
        for (key, value) in judgement.json.members { item[key] = value }
        try journal?.record(item)
        report(.judged)
      }
    }
    return keys.map { key in
      guard let judgement = judgements[key] else {
        preconditionFailure("the judge left out an item")
      }
      return judgement
    }
  }
}
