// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The resources of this machine.
public enum Machine {
  /// The number of active processors.
  public static var processorCount: Int { ProcessInfo.processInfo.activeProcessorCount }

  /// The memory that this process may use, in bytes: the machine's physical memory or the limit of
  /// its container, whichever is smaller.
  public static var memoryBytes: Int {
    let physical = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    return min(physical, ContainerMemory.limit() ?? physical)
  }

  /// The default memory budget, in bytes: three quarters of `memoryBytes`.
  public static var defaultMemoryBudget: Int { memoryBytes / 4 * 3 }

  /// The size of a memory page in bytes.
  package static var pageBytes: Int { Int(getpagesize()) }

  /// The peak resident size of this process in bytes; nil where there is no `/proc`.
  public static var peakResidentBytes: Int? {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
      let kilobytes = Int(line.split(separator: " ").dropLast().last ?? "")
    else { return nil }
    return kilobytes * 1024
  }
}
