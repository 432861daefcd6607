// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINStorage

/// The memory limit of the control groups of a container or service, which the machine's physical
/// memory does not show.
///
/// - Source: the Linux kernel's cgroup-v2.rst (`memory.max`) and cgroup-v1/memory.rst
///   (`memory.limit_in_bytes`).
package enum ContainerMemory {
  /// The smallest limit of the control groups that contain this process, in bytes; nil if there is
  /// none.
  ///
  /// - Parameter root: The folder that contains `proc` and `sys`, for tests; empty for the root of
  ///   the file system.
  package static func limit(root: String = "") -> Int? {
    guard let groups = try? String(contentsOfFile: root + "/proc/self/cgroup", encoding: .utf8)
    else {
      return nil
    }
    return groups.split(separator: "\n").flatMap { line -> [Int] in
      // A line is "number:controllers:path"; version 2 has no controllers.
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { return [] }
      if fields[1].isEmpty {
        return limits(root + "/sys/fs/cgroup", String(fields[2]), "memory.max")
      }
      guard fields[1].split(separator: ",").contains("memory") else { return [] }
      return limits(root + "/sys/fs/cgroup/memory", String(fields[2]), "memory.limit_in_bytes")
    }.min()
  }

  /// The limits of a group and its ancestors.
  ///
  /// In a container the path is often that of the host, while the container's own group is mounted
  /// at the top.
  private static func limits(_ mount: String, _ path: String, _ file: String) -> [Int] {
    var parts = path.split(separator: "/").filter { $0 != ".." }
    var found: [Int] = []
    while true {
      let folder = ([mount] + parts.map(String.init)).joined(separator: "/")
      if let text = try? String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8),
        let limit = Int(text.trimmingCharacters(in: .whitespacesAndNewlines)), limit > 0
      {
        found.append(limit)
      }
      guard !parts.isEmpty else { return found }
      parts.removeLast()
    }
  }
}
