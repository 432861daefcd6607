// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What this machine has.
public enum Machine {
  /// Processors that are active.
  public static var processorCount: Int { ProcessInfo.processInfo.activeProcessorCount }

  /// Bytes of memory that this process may take: those of the machine, or of the container around it.
  public static var memoryBytes: Int {
    let physical = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    return min(physical, ContainerMemory.limit() ?? physical)
  }

  /// The memory that a run may take by default: three quarters of what there is.
  public static var defaultMemoryBudget: Int { memoryBytes / 4 * 3 }

  /// Bytes of a page of memory.
  package static var pageBytes: Int { Int(getpagesize()) }

  /// The largest resident size of this process so far in bytes, nil where the system does not tell.
  public static var peakResidentBytes: Int? {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
      let kilobytes = Int(line.split(separator: " ").dropLast().last ?? "")
    else { return nil }
    return kilobytes * 1024
  }
}
