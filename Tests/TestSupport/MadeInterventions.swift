// SPDX-License-Identifier: Apache-2.0

import SPINKernels
import SPINStorage
public import SPINTransformer

extension Interventions {
  /// Drawn changes that matter: about as large as the states that they change.
  ///
  /// - Parameters:
  ///   - layers: Behind which blocks.
  ///   - positions: As pyreft spells them.
  ///   - size: The size of hidden states.
  ///   - isShared: Whether both ends of a prompt have the same change.
  public static func made(
    layers: [Int], positions: String, size: Int, isShared: Bool = false, seed: UInt64 = 1
  ) throws -> Interventions {
    var random = SeededGenerator(seed: seed)
    let rank = 3
    func change() -> LowRankIntervention {
      // One row in each direction, so that the columns are orthonormal.
      let rotation = MatrixView(rows: size, columns: rank)
      for column in 0..<rank { rotation[(7 * column + Int(seed)) % size, column] = 1 }
      return LowRankIntervention(
        rotation: rotation,
        source: MatrixView(random.floats(size * rank).map { $0 / 2 }, rows: rank, columns: size),
        bias: FloatBuffer(random.floats(rank)))
    }
    var blocks: [Int: Block] = [:]
    for layer in layers { blocks[layer] = Block(first: change(), last: isShared ? nil : change()) }
    return Interventions(positions: try PromptPositions(positions), blocks: blocks)
  }
}
