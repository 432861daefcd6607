// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
import SPINPatch
import SPINStorage
import SPINTestSupport
import Testing

struct CheckpointDifferenceTests {
  private let fixture: PatchFixture

  init() throws { fixture = try PatchFixture() }

  @Test func aModelDoesNotDifferFromItself() throws {
    #expect(try CheckpointDifference(fixture.model(), fixture.model()).isEmpty)
  }

  @Test func theDifferenceIsAPatch() throws {
    let out = fixture.directory.file("out")
    let patch = try fixture.patch(scale: 0.5)
    try patch.apply(to: try fixture.model(), out: out)
    let difference = try CheckpointDifference(try fixture.model(), try ModelDirectory(path: out))
    #expect(difference.count == 5)
    let values = difference.values(of: difference.tensors[0], first: 1)
    #expect(values.map(\.index) == [1])
    #expect(values.map(\.1) == [-1.0078125])
    #expect(values.map(\.2) == [-0.50390625])
    let found = try difference.patch(toolVersion: "0")
    #expect(found.base.files == patch.base.files)
    #expect(found.filesAfter == patch.filesAfter)
    try found.revertInPlace(try ModelDirectory(path: out))
    #expect(try CheckpointDifference(fixture.model(), try ModelDirectory(path: out)).isEmpty)
  }

  @Test func otherTensorsAreListed() throws {
    let other = try TemporaryDirectory()
    let writer = try SafetensorsWriter(
      path: other.file("model.safetensors"),
      tensors: [
        .init(name: "half", type: .float16, shape: [2, 2]),
        .init(name: "new", type: .uint8, shape: []),
        .init(name: "ids", type: .int64, shape: [1]),
      ])
    try writer.write([0, 0, 0, 0, 0, 0, 0, 0], to: "half")
    try writer.write([0], to: "new")
    try writer.write([8, 0, 0, 0, 0, 0, 0, 0], to: "ids")
    try writer.finish()
    let difference = try CheckpointDifference(
      try fixture.model(), try ModelDirectory(path: other.path))
    #expect(difference.onlyInFirst == ["brain", "full"])
    #expect(difference.onlyInSecond == ["new"])
    #expect(difference.mismatches.map(\.name) == ["half"])
    #expect(difference.mismatches.map(\.first) == ["F16 [4]"])
    #expect(difference.mismatches.map(\.second) == ["F16 [2, 2]"])
    #expect(difference.tensors.map(\.name) == ["ids"])
    #expect(throws: SPINError.self) { try difference.patch(toolVersion: "0") }
  }

  @Test func atMostTheIndicesAskedForAreKept() throws {
    let out = fixture.directory.file("out")
    try fixture.patch().apply(to: try fixture.model(), out: out)
    let difference = try CheckpointDifference(
      try fixture.model(), try ModelDirectory(path: out), keeping: 1)
    #expect(difference.tensors.map(\.count) == [2, 1, 2])
    #expect(difference.tensors.map(\.indices) == [[1], [2], [1]])
    #expect(throws: SPINError.self) { try difference.patch(toolVersion: "0") }
  }
}
