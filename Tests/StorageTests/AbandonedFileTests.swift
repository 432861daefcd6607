// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINStorage
import SPINTestSupport
import Testing

/// What killed writers leave behind goes with the next one; nothing else does.
struct AbandonedFileTests {
  private let directory: TemporaryDirectory
  private var path: String { directory.file("a.json") }

  init() throws { directory = try TemporaryDirectory() }

  private func make(_ name: String) throws {
    try Data([1]).write(to: URL(filePath: directory.file(name)))
  }

  @Test func leftoversOfTheSameNameAreRemoved() throws {
    try make(".a.json.1f2e.tmp")
    try make(".a.json.0.tmp")
    // Other names, other patterns: somebody else's.
    let others = [
      ".b.json.1f2e.tmp", ".a.json.tmp", ".a.json.xyz.tmp", ".a.json.1F2E.tmp", "a.json.1f2e.tmp",
      ".a.json.123456789.tmp", ".a.json.1f2e.tmp2", ".a.json.old.1f2e.tmp",
    ]
    for name in others { try make(name) }
    try OutputFile.write([2], to: path)
    #expect(Set(try FileSystem.names(in: directory.path)) == Set(others + ["a.json"]))
  }

  @Test func aLivingWritersFileStays() throws {
    let first = try OutputFile(path: path)
    try first.write([1])
    let second = try OutputFile(path: path)
    try second.write([2])
    #expect(try OutputFile.abandonedNames(of: path).count == 2)
    try OutputFile.removeAbandoned(of: path)
    try first.commit()
    try second.commit()
    #expect(try FileSystem.read(path) == [2])
    #expect(try FileSystem.names(in: directory.path) == ["a.json"])
  }

  @Test func linksAndDirectoriesStay() throws {
    try make("target")
    let isLinked = unsafe symlink(directory.file("target"), directory.file(".a.json.1.tmp")) == 0
    #expect(isLinked)
    try FileSystem.makeDirectory(directory.file(".a.json.2.tmp"))
    try OutputFile.write([2], to: path)
    #expect(
      try FileSystem.names(in: directory.path)
        == [".a.json.1.tmp", ".a.json.2.tmp", "a.json", "target"])
  }
}
