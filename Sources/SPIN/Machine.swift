// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINKernels

/// What this machine has.
public enum Machine {
  /// Processors that are active.
  public static var processorCount: Int { ProcessInfo.processInfo.activeProcessorCount }

  /// Bytes of memory that this process may take: those of the machine, or of the container around it.
  public static var memoryBytes: Int {
    let physical = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    return min(physical, ContainerMemory.limit() ?? physical)
  }

  /// The memory that a run may take unless told otherwise: three quarters of what there is.
  public static var defaultMemoryBudget: Int { memoryBytes / 4 * 3 }

  /// The largest resident size of this process so far in bytes, nil where the system does not tell.
  public static var peakResidentBytes: Int? {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
      let kilobytes = Int(line.split(separator: " ").dropLast().last ?? "")
    else { return nil }
    return kilobytes * 1024
  }

  /// Floating-point operations a second that the matrix kernel reaches on so many threads, from a
  /// measurement of a few hundredths of a second.
  public static func measuredRate(threads: Int) -> Double {
    let compute = Compute(threadCount: threads)
    let (tokens, size) = (192, 512)
    let input = MatrixView(rows: tokens, columns: size)
    let output = MatrixView(rows: tokens, columns: size)
    let weight = WeightMatrix(
      name: "", values: MatrixView(rows: size, columns: size).buffer, rows: size, columns: size)
    let clock = ContinuousClock()
    var best = Double.infinity
    for _ in 0..<6 {
      let time = clock.measure { compute.linear(input, [.init(weight, output: output)]) }
      best = min(best, time / .seconds(1))
    }
    return 2 * Double(tokens) * Double(size) * Double(size) / best
  }
}
