// SPDX-License-Identifier: Apache-2.0

import SPINAdapters
import SPINCheckpoint
import SPINDecoderNames
import SPINErrors
import SPINJSON
import SPINPatch
import SPINStorage
import SPINTestSupport
import Testing

struct PatchExportTests {
  private static let query = MatrixName(layer: 0, projection: .query).tensor
  private static let down = MatrixName(layer: 0, projection: .down).tensor

  /// Export, read, merge: the bits of `patch apply`.
  @Test(arguments: ElementType.allCases, 0..<40)
  func mergingTheExportGivesThePatchedModel(_ type: ElementType, _ seed: Int) throws {
    let made = try MadeModel(type)
    let model = try made.model()
    var generator = SeededGenerator(seed: UInt64(seed))
    let weights =
      [Self.query, Self.down].map { tensor in
        let share = Float.random(in: 0...0.3, using: &generator)
        return (
          tensor,
          (0..<240).filter { _ in abs(generator.nextFloat()) < share }
        )
      } + [(MatrixName(layer: 0, projection: .up).tensor, [seed])]
    // Halving a number is exact in every type, but for the smallest.
    let patch = try Patch.make(
      model: model, weights: weights, scale: seed % 2 == 0 ? 0 : 0.5, provenance: [:],
      name: "made", toolVersion: "0")
    let export = try PatchExport(patch, of: model)
    #expect(export.weightCount == patch.weightCount - patch.unchangedCount)
    #expect(export.elementType == type)
    try export.write(to: made.directory.file("adapter"))
    let adapter = try LowRankAdapter(path: made.directory.file("adapter"))
    #expect(adapter.matrices.allSatisfy { $0.scale == 1 })
    #expect(adapter.configuration.baseModel == "made")
    try adapter.merge(into: model, out: made.directory.file("merged"))
    try patch.apply(to: model, out: made.directory.file("patched"))
    #expect(
      try FileSystem.read(made.directory.file("merged/model.safetensors"))
        == FileSystem.read(made.directory.file("patched/model.safetensors")))
  }

  @Test func theRankIsTheFewestLines() throws {
    let made = try MadeModel(.bfloat16)
    let model = try made.model()
    // A row, a column and one more: rank 3 and not 12.
    let indices = [0, 1, 2, 3, 4, 5] + [8 + 12, 8 + 24, 8 + 36, 8 + 48, 8 + 60] + [131]
    let patch = try Patch.make(
      model: model, weights: [(Self.query, indices), (Self.down, [7])], scale: 0,
      provenance: [:], toolVersion: "0")
    let export = try PatchExport(patch, of: model, baseModel: "base")
    #expect(export.adapter.largestRank == 3 && export.maxLoRARank == 8)
    #expect(export.adapter.configuration.rank == 3)
    #expect(export.adapter.configuration.ranks == [.init("model.layers.0.mlp.down_proj", 1)])
    #expect(export.adapter.configuration.alphas == [.init("model.layers.0.mlp.down_proj", 1)])
    #expect(export.adapter.configuration.baseModel == "base")
    #expect(
      export.adapter.configuration.targets.choice
        == .names(["model.layers.0.self_attn.q_proj", "model.layers.0.mlp.down_proj"]))
  }

  /// Against all sets of lines of small matrices.
  @Test(arguments: 0..<200) func noCoverIsSmaller(_ seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    let (rows, columns) = (1 + seed % 5, 1 + seed / 5 % 5)
    let entries = (0..<rows * columns).filter { _ in generator.nextFloat() < 0 }
      .map { (row: $0 / columns, column: $0 % columns) }
    let cover = LineCover(entries)
    func covers(_ rows: Set<Int>, _ columns: Set<Int>) -> Bool {
      entries.allSatisfy { rows.contains($0.row) || columns.contains($0.column) }
    }
    #expect(covers(Set(cover.rows), Set(cover.columns)))
    let fewest = (0..<1 << (rows + columns)).filter { mask in
      covers(
        Set((0..<rows).filter { mask >> $0 & 1 == 1 }),
        Set((0..<columns).filter { mask >> (rows + $0) & 1 == 1 }))
    }.map(\.nonzeroBitCount).min()
    #expect(cover.count == fewest)
  }

  @Test func whatCannotBeAddedIsRefused() throws {
    let made = try MadeModel(.float32) { _, count in [Float](repeating: 1.1, count: count) }
    let model = try made.model()
    let patch = try Patch.make(
      model: model, weights: [(Self.query, [3])], scale: 0.3, provenance: [:], toolVersion: "0")
    expectError(
      "tensor \"\(Self.query)\": weight 3 goes from 1.1 to 0.33, and no Float32 added to the first "
        + "rounds to the second in F32; use spin patch apply; patches that set weights to zero can be "
        + "exported", code: .unavailable
    ) { try PatchExport(patch, of: model) }
    // In 16 bits the sum is rounded, and every change is possible.
    let half = try MadeModel(.bfloat16) { _, count in [Float](repeating: 1.1, count: count) }
    let rounded = try Patch.make(
      model: try half.model(), weights: [(Self.query, [3])], scale: 0.3, provenance: [:],
      toolVersion: "0")
    #expect(try PatchExport(rounded, of: try half.model()).weightCount == 1)
  }

  @Test func negativeZerosAreRefused() throws {
    let made = try MadeModel(.bfloat16) { _, count in
      (0..<count).map { $0 == 7 ? -0.0 : 1 }
    }
    let model = try made.model()
    func patch(_ indices: [Int]) throws -> Patch {
      try Patch.make(
        model: model, weights: [(Self.query, indices)], scale: 0, provenance: [:],
        toolVersion: "0")
    }
    expectError(
      "DIR/model/model.safetensors: tensor \"\(Self.query)\": weight 7 is a negative zero, which merging "
        + "any LoRA makes a positive one; use spin patch apply", code: .unavailable,
      in: made.directory.path
    ) { try PatchExport(try patch([2]), of: model) }
    // Where the patch makes it positive too, nothing is lost.
    #expect(try PatchExport(try patch([2, 7]), of: model).weightCount == 2)
  }

  @Test func otherTensorsAndOtherModelsAreRefused() throws {
    let made = try MadeModel(.bfloat16)
    let model = try made.model()
    let norm = try Patch.make(
      model: model, weights: [("model.norm.weight", [0])], scale: 0, provenance: [:],
      toolVersion: "0")
    expectError(
      "tensor \"model.norm.weight\": is no matrix of a linear layer in a decoder's layer, which is all "
        + "that a LoRA changes; use spin patch apply", code: .unavailable
    ) { try PatchExport(norm, of: model) }
    let empty = try Patch.make(
      model: model, weights: [(Self.query, [0])], scale: 1, provenance: [:], toolVersion: "0")
    expectError(
      "the patch changes no bit: there is nothing to export as an adapter", code: .checkFailed
    ) { try PatchExport(empty, of: model) }
    let patch = try Patch.make(
      model: model, weights: [(Self.query, [0])], scale: 0, provenance: [:], toolVersion: "0")
    try patch.applyInPlace(model)
    expectError(
      "DIR/model: has this patch already; nothing was written; use the model as it is",
      code: .checkFailed,
      in: made.directory.path
    ) { try PatchExport(patch, of: try made.model()) }
  }
}
