// SPDX-License-Identifier: Apache-2.0

/// The scalars that are equal if a pattern ignores case.
enum CaseFolding {
  /// The smallest scalar of each equivalence class, by the other members.
  private static let leastByMember: [UInt32: UInt32] = {
    var result: [UInt32: UInt32] = [:]
    var scalar: UInt32 = 0
    for index in stride(from: 0, to: LetterData.folds.count, by: 2) {
      scalar += LetterData.folds[index]
      result[scalar] = LetterData.folds[index + 1]
    }
    return result
  }()

  /// The other members of each class of more than one, by the smallest.
  private static let classes = Dictionary(grouping: leastByMember.keys) { leastByMember[$0] ?? $0 }

  /// The scalars that are equal to a sequence of several scalars, with the folded sequence.
  private static let sequences: [UInt32: [UInt32]] = {
    var result: [UInt32: [UInt32]] = [:]
    let flat = LetterData.sequenceFolds
    var index = 0
    while index < flat.count {
      let count = Int(flat[index])
      result[flat[index + 1]] = flat[(index + 2)..<(index + 1 + count)].map(least)
      index += count + 1
    }
    return result
  }()

  private static func least(_ scalar: UInt32) -> UInt32 { leastByMember[scalar] ?? scalar }

  /// The set extended by all scalars that are equal to one of its members.
  static func closure(of set: ScalarSet) -> ScalarSet {
    var further: [Range<UInt32>] = []
    for (least, members) in classes {
      let all = members + [least]
      guard all.contains(where: set.contains) else { continue }
      further += all.map { $0..<$0 + 1 }
    }
    return ScalarSet(set.ranges + further)
  }

  /// Whether a member of the set is equal to a sequence of several scalars, as `ß` is to `ss`.
  static func hasSequences(_ set: ScalarSet) -> Bool {
    sequences.keys.contains(where: set.contains)
  }

  /// Whether some scalar is equal to several consecutive scalars of a text, as `ß` is to `ss`.
  static func hasSequences(in text: [UInt32]) -> Bool {
    let folded = text.map(least)
    return sequences.values.contains { sequence in
      folded.indices.contains { folded[$0...].starts(with: sequence) }
    }
  }
}
