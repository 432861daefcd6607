// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINExecution
import SPINTestSupport
import Testing

/// The memory that control groups leave, from trees of files as Linux shows them.
struct ContainerMemoryTests {
  private func limit(_ groups: String, _ files: [String: String]) throws -> Int? {
    let root = try TemporaryDirectory()
    var files = files
    files["proc/self/cgroup"] = groups
    for (path, text) in files {
      let url = URL(filePath: root.file(path))
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: url)
    }
    return ContainerMemory.limit(root: root.path)
  }

  @Test func theSmallestLimitAroundAProcessCounts() throws {
    #expect(
      try limit(
        "0::/user.slice/session.scope\n",
        [
          "sys/fs/cgroup/user.slice/memory.max": "2000000000\n",
          "sys/fs/cgroup/user.slice/session.scope/memory.max": "max\n",
        ]) == 2_000_000_000)
    // In a container the group is at the top, whatever path the host gives it.
    #expect(try limit("0::/../docker/ab\n", ["sys/fs/cgroup/memory.max": "500"]) == 500)
    // Version 1 beside version 2.
    #expect(
      try limit(
        "4:cpu,memory:/docker/ab\n3:cpuset:/\n0::/\n",
        [
          "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
          "sys/fs/cgroup/memory/docker/ab/memory.limit_in_bytes": "700\n",
        ]) == 700)
  }

  @Test func withoutALimitThereIsNone() throws {
    #expect(ContainerMemory.limit(root: "/nowhere") == nil)
    #expect(try limit("0::/\n", ["sys/fs/cgroup/memory.max": "max\n"]) == nil)
    #expect(try limit("nonsense\n9:memory\n0::/\n", ["sys/fs/cgroup/memory.max": "-3"]) == nil)
  }
}
