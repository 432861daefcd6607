// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINCheckpoint
import SPINJSON
import SPINJobs
import SPINStorage
import SPINTestSupport
import Testing

/// `spin inspect --values`: tensors with values that are not finite, by name.
struct InspectValuesTests {
  private let job: SmallJob

  init() throws { job = try SmallJob() }

  @Test func aSoundModelIsFinite() throws {
    let outcome = try Program.run(["inspect", job.model, "--values"])
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.standardOutput.hasSuffix(" tensors are finite\n"))
    let json = try Program.run(["inspect", job.model, "--values", "--json"])
    let document = try JSON(parsing: Array(json.standardOutput.utf8), path: "out")
    #expect(document.object?["non_finite"] == [:])
    let without = try Program.run(["inspect", job.model, "--json"])
    #expect(!without.standardOutput.contains("non_finite"))
  }

  /// A NaN and two infinities: names, counts and places, and the status of a check that does not hold.
  @Test func tensorsAreNamedWithCounts() throws {
    let model = try ModelDirectory(path: job.model)
    let name = "model.layers.1.mlp.up_proj.weight"
    let entry = try model.tensor(name)
    let type = try #require(entry.elementType)
    var bytes = try bytes(of: entry.file.path)
    func put(_ value: Float, at index: Int) {
      let bits =
        type == .float32
        ? value.bitPattern
        : UInt32(type == .bfloat16 ? HalfPrecision.bfloat16(value) : HalfPrecision.float16(value))
      for byte in 0..<type.byteCount {
        bytes[entry.byteRange.lowerBound + index * type.byteCount + byte] = UInt8(
          truncatingIfNeeded: bits >> (8 * byte))
      }
    }
    let columns = entry.shape[1]
    put(.infinity, at: columns + 2)
    put(-.infinity, at: columns + 3)
    put(.nan, at: 3 * columns)
    try write(bytes, to: entry.file.path)
    let outcome = try Program.run(["inspect", job.model, "--values"])
    #expect(outcome.status == 2, "\(outcome)")
    #expect(
      outcome.standardOutput.contains(
        "not finite, in 1 of \(model.tensors.count) tensors\n  \(name)  1 NaN and 2 infinite values, the "
          + "first at row 1, column 2\n"), "\(outcome.standardOutput)")
    #expect(
      job.masked(outcome.standardError)
        == "spin: DIR/model: holds 3 values that are not finite numbers; use another copy of the model; "
        + "nothing can be computed with this one\n")
    let json = try Program.run(["inspect", entry.file.path, "--values", "--json"])
    let document = try JSON(parsing: Array(json.standardOutput.utf8), path: "out")
    #expect(
      document.object?["non_finite"]
        == [name: ["nan": 1, "infinity": 2, "first": JSON(columns + 2)]])
    // What runs into such a weight says how to find it.
    let score = try Program.run(job.score)
    #expect(score.status != 0)
    #expect(score.standardError.contains("spin inspect MODEL --values"), "\(score.standardError)")
  }

  @Test func whatHoldsNoTensorsIsRefused() throws {
    let outcome = try Program.run(["inspect", job.configuration, "--values"])
    #expect(outcome.status == 64)
    #expect(
      outcome.standardError.contains("--values: ")
        && outcome.standardError.contains("holds no tensors"),
      "\(outcome)")
  }
}
