// SPDX-License-Identifier: Apache-2.0

public import SPINKernels

/// Tokens of several texts with a shared prefix, the trunk: a block processes it once,
/// and each branch continues from it.
///
/// Rows are ordered trunk first, then branch after branch, tree after tree. Numbers are those of the whole
/// texts, bit for bit: everything but the attention works row by row, and the attention sees each
/// text whole.
public struct BranchedRows: Sendable {
  /// The position of each row in its text.
  public let positions: [Int]
  /// The rows of each text, one text after the other; a trunk without branches is a text.
  let texts: [Int]
  /// The index of each text in `texts`.
  let samples: [Range<Int>]
  /// The index in `texts` of the text that computes a row.
  let computed: [Int]

  /// Rows of trees.
  ///
  /// - Parameter trees: Tokens of the trunk, at least one, and of each branch; an empty branch adds
  ///   nothing.
  public init(_ trees: [(trunk: Int, branches: [Int])]) {
    var (positions, texts, computed) = ([Int](), [Int](), [Int]())
    var samples: [Range<Int>] = []
    for tree in trees {
      precondition(tree.trunk > 0, "trunk is empty")
      let trunk = positions.count..<positions.count + tree.trunk
      positions += 0..<tree.trunk
      computed += texts.count..<texts.count + tree.trunk
      let branches = tree.branches.filter { $0 > 0 }
      for length in branches.isEmpty ? [0] : branches {
        let branch = positions.count..<positions.count + length
        let begin = texts.count
        texts += Array(trunk) + Array(branch)
        samples.append(begin..<texts.count)
        positions += tree.trunk..<tree.trunk + length
        computed += begin + tree.trunk..<texts.count
      }
    }
    (self.positions, self.texts, self.samples, self.computed) = (
      positions, texts, samples, computed
    )
  }

  /// How many rows there are.
  public var count: Int { positions.count }
}

/// Memory for the attention of branched rows: each text with all its tokens.
public struct BranchedAttention: Sendable {
  let query, key, value, output: MatrixView

  /// Memory for the attention of these rows.
  public init(
    _ configuration: DecoderConfiguration, _ rows: BranchedRows, on device: any Device
  ) {
    let queries = configuration.headCount * configuration.headSize
    let keys = configuration.keyValueHeadCount * configuration.headSize
    query = device.matrix(rows: rows.texts.count, columns: queries)
    key = device.matrix(rows: rows.texts.count, columns: keys)
    value = device.matrix(rows: rows.texts.count, columns: keys)
    output = device.matrix(rows: rows.texts.count, columns: queries)
  }
}
