// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINCalibration
import SPINCheckpoint
import SPINKernels
import SPINTestSupport
import SPINTraining

/// The small models with their samples, ready to be trained.
enum TinyTraining {
  /// Room for everything.
  static let memory = FullModel.Memory(
    keepsGradients: true, pass: .init(keptStateBytes: 1 << 30, logitRows: 256))

  static func model(
    _ family: String, memory: FullModel.Memory = memory,
    on device: any Device = CPUDevice(threadCount: 1)
  ) throws -> FullModel {
    try FullModel(
      ModelDirectory(path: Fixture(family: family).path), memory: memory, on: device)
  }

  /// All samples that have a response, in the order of the data sets.
  static func samples(_ family: String) throws -> [CalibrationSample] {
    let fixture = try Fixture(family: family)
    return try ["privacy", "fairness", "general"].flatMap { try fixture.samples($0) }
      .map { CalibrationSample(row: 0, tokens: $0.tokens, promptCount: $0.promptCount) }
      .filter { !$0.lossPositions.isEmpty }
  }

  static func cosine(_ place: Int) -> Double { cos(Double(place)) }
}
