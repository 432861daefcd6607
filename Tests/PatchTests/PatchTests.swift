// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
import SPINJSON
import SPINPatch
import SPINStorage
import SPINTestSupport
import Testing

struct PatchTests {
  private let fixture: PatchFixture

  init() throws { fixture = try PatchFixture() }

  @Test func scaleZeroWritesPositiveZeros() throws {
    let patch = try fixture.patch()
    #expect(patch.tensors.map(\.name) == ["brain", "full", "half"])
    #expect(patch.tensors[0].indices == [1, 2, 3])
    #expect(patch.tensors[0].old == [0xBF81, 0x0000, 0x4049])
    #expect(patch.tensors.allSatisfy { $0.new.allSatisfy { $0 == 0 } })
    #expect(patch.weightCount == 6)
    #expect(patch.unchangedCount == 1)
  }

  @Test func productsAreRoundedToTheTensorsType() throws {
    let patch = try fixture.patch(scale: 0.5)
    // 0xBF81 is -1.0078125; half of it is exact. 3.140625 / 2 likewise.
    #expect(patch.tensors[0].new == [0xBF01, 0x0000, 0x3FC9])
    #expect(patch.tensors[1].new == [Float(0.05).bitPattern])
    #expect(patch.tensors[2].old == [0xBC01, 0x7BFF])
    #expect(patch.tensors[2].new == [0xB801, 0x77FF])
    // 1.0078125 * 1.5 = 1.51171875 lies between 0x3FC1 (1.5078125) and 0x3FC2 (1.515625): a tie.
    let model = try fixture.model()
    func product(_ scale: Double) throws -> UInt32 {
      try Patch.make(
        model: model, weights: [("brain", [1])], scale: scale, provenance: [:], toolVersion: "0"
      ).tensors[0].new[0]
    }
    #expect(try product(1.5) == 0xBFC2)
    // A hair below the tie, which a Float cannot tell from it.
    #expect(try product(1.5 - 1e-12) == 0xBFC1)
  }

  @Test func aPatchSurvivesItsFile() throws {
    let path = fixture.directory.file("patch.json")
    for scale in [0, 0.3] {
      let patch = try fixture.patch(scale: scale)
      try patch.write(to: path)
      #expect(try Patch(path: path) == patch)
    }
  }

  @Test func theFileReadsWell() throws {
    let patch = try Patch.make(
      model: try fixture.model(), weights: [("full", [2])], scale: 0,
      provenance: ["rule": "paper"], toolVersion: "0.1.0")
    let json = patch.json.object
    #expect(
      json?.keys == [
        "schema", "tool_version", "base", "files_after", "scale", "weights", "unchanged",
        "provenance", "tensors",
      ])
    #expect(
      json?["tensors"] == [
        [
          "tensor": "full", "dtype": "F32", "shape": [2, 2], "indices": [2], "old": ["3dcccccd"],
          "new": ["00000000"],
        ]
      ])
  }

  @Test func hashesAfterAreThoseOfThePatchedFiles() throws {
    let patch = try fixture.patch()
    try patch.apply(to: try fixture.model(), out: fixture.directory.file("out"))
    let patched = try ModelDirectory(path: fixture.directory.file("out"))
    #expect(try patched.fileHashes() == patch.filesAfter)
    #expect(try patch.verify(patched).matchesPatched == true)
    #expect(try patch.verify(try fixture.model()).matchesBase == true)
  }

  @Test func whatCannotBeEditedIsRefused() throws {
    func make(_ weights: [(tensor: String, indices: [Int])], scale: Double = 0) throws -> Patch {
      try Patch.make(
        model: try fixture.model(), weights: weights, scale: scale, provenance: [:],
        toolVersion: "0")
    }
    fixture.expectError("DIR/model: has no tensor \"x\"") { try make([("x", [0])]) }
    fixture.expectError(
      "DIR/model/model-00001-of-00002.safetensors: tensor \"ids\": holds I64, only F32, F16 and "
        + "BF16 are edited; use the checkpoint in one of these types"
    ) { try make([("ids", [0])]) }
    for indices in [[4], [-1], [0, 0]] {
      fixture.expectError(
        "DIR/model/model-00001-of-00002.safetensors: tensor \"full\": has the indices 0 to 3, each "
          + "once; the selection holds others; the selection belongs to another model - select again"
      ) { try make([("full", indices)]) }
    }
    fixture.expectError("scale: is nan, a finite number is expected", code: .usage) {
      try make([("full", [0])], scale: .nan)
    }
  }

  @Test(arguments: [
    (
      #""schema": "patch/1""#, #""schema": "patch/2""#,
      "key \"schema\": is \"patch/2\", expected \"patch/1\"; a newer version of spin made this "
        + "patch; use that version"
    ),
    (
      #""schema": "patch/1""#, #""schema": "scores/1""#,
      "key \"schema\": is \"scores/1\", expected \"patch/1\"; give a patch file"
    ),
    (
      #""weights": 6"#, #""weights": 7"#,
      "key \"weights\": differs from the 6 weights listed; the file was edited"
    ),
    (
      #"[1, 2, 3]"#, #"[1, 3, 2]"#,
      "key \"tensors[0].indices\": are not ascending inside the shape [3, 2]"
    ),
    (
      #"[1, 2, 3]"#, #"[1, 2, 6]"#,
      "key \"tensors[0].indices\": are not ascending inside the shape [3, 2]"
    ),
    (
      #"[1, 2, 3]"#, #"[1, 2]"#,
      "key \"tensors[0].indices\": has 2 entries, old has 3 and new 3"
    ),
    (#""bf81""#, #""bf8""#, "key \"tensors[0].old\": holds \"bf8\", expected 4 hexadecimal digits"),
    (
      #""BF16""#, #""F8_E4M3""#,
      "key \"tensors[0].dtype\": is \"F8_E4M3\", expected F32, F16 or BF16"
    ),
    (#""model_hash""#, #""hash""#, "key \"base.model_hash\": is missing, expected a string"),
  ])
  func brokenPatchFilesNameTheKey(found: String, replacement: String, message: String) throws {
    let text = try fixture.patch().json.serialized()
    let broken = text.split(separator: found, maxSplits: 1).joined(separator: replacement)
    try #require(broken != text)
    let path = fixture.directory.file("patch.json")
    try OutputFile.write(Array(broken.utf8), to: path)
    fixture.expectError("DIR/patch.json: " + message, code: .malformedInput) {
      try Patch(path: path)
    }
  }

  /// A product beyond the type's largest number, or of a weight that is not finite, makes no patch.
  @Test(arguments: [
    // -2 times 1e39 is beyond F32; 65504 times 1.1 beyond F16; -1.0078125 times 3.4e38 beyond BF16.
    (
      "full", 1, 1e39,
      "scale: 1e+39: makes the weight -2.0 at element 1 of \"full\" larger than F32"
    ),
    (
      "half", 3, 1.1,
      "scale: 1.1: makes the weight 65504.0 at element 3 of \"half\" larger than F16"
    ),
    ("brain", 1, -3.4e38, "makes the weight -1.0078125 at element 1 of \"brain\" larger than BF16"),
    ("brain", 5, 0.5, "tensor \"brain\": holds inf at element 5, which no factor but 0 mends"),
  ]) func aFactorThatOverflowsMakesNoPatch(
    tensor: String, index: Int, scale: Double, message: String
  ) throws {
    let model = try fixture.model()
    let error = try #require(throws: SPINError.self) {
      try Patch.make(
        model: model, weights: [(tensor, [index])], scale: scale, provenance: [:], toolVersion: "0")
    }
    #expect("\(error)".contains(message), "\(error)")
  }

  /// A file from elsewhere that would write infinity is applied nowhere; what is not finite before may
  /// become 0, and comes back when that is reverted.
  @Test func aPatchThatWritesInfinityIsNotApplied() throws {
    let path = fixture.directory.file("patch.json")
    try fixture.patch(scale: 0.5).write(to: path)
    let text = String(decoding: try FileSystem.read(path), as: UTF8.self)
    let changed = text.split(separator: "\"3fc9\"", omittingEmptySubsequences: false)
    try #require(changed.count == 2)
    try OutputFile.write(Array(changed.joined(separator: "\"7fc1\"").utf8), to: path)
    let patch = try Patch(path: path)
    let model = try fixture.model()
    let before = try PatchFixture.hashes(fixture.path)
    for apply in [
      { try patch.apply(to: model, out: fixture.directory.file("out")) },
      { try patch.applyInPlace(model) },
      {
        _ = try patch.edited(model); throw SPINError(.usage, "was put on")
      },
    ] as [() throws -> PatchReceipt] {
      let error = try #require(throws: SPINError.self) { try apply() }
      #expect(
        "\(error)".contains(
          "tensor \"brain\": would write 1 NaN value, the first at row 1, column 1"))
    }
    #expect(try PatchFixture.hashes(fixture.path) == before)
    #expect(FileSystem.status(fixture.directory.file("out")) == nil)
    let mend = try Patch.make(
      model: model, weights: [("brain", [5])], scale: 0, provenance: [:], toolVersion: "0")
    try mend.applyInPlace(model)
    try mend.revertInPlace(try fixture.model(), readFrom: fixture.file(of: mend))
    #expect(try PatchFixture.hashes(fixture.path) == before)
  }
}
