// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINTestSupport
import Testing

/// A line of megabytes in a record is quoted by its beginning.
struct LongRecordTests {
  private let job: SmallJob

  init() throws { job = try SmallJob() }

  private func expectShort(_ arguments: [String], _ message: String) throws {
    let outcome = try Program.run(arguments)
    #expect(outcome.status != 0)
    #expect(outcome.standardError.utf8.count < 1_200, "\(outcome.standardError.utf8.count) bytes")
    #expect(outcome.standardError.contains(message), "\(outcome.standardError.prefix(800))")
  }

  @Test func recordsOfFolders() throws {
    #expect(try Program.run(job.run + ["--quiet"]).status == 0)
    let long = String(repeating: "x", count: 2_000_000)
    let record = job.out + "/.spin-files"
    for (text, message) in [
      ("# spin-files/1 run\n\(long)\n", "has the line \"xxx"),
      ("# spin-files/1 \(long)\n", "is the folder of `spin xxx"),
    ] {
      try write(text.utf8, to: record)
      try expectShort(job.run, message)
      try expectShort(job.run, "x... (2000000 characters)")
    }
  }

  @Test func requestsOfRuns() throws {
    #expect(try Program.run(job.run + ["--quiet"]).status == 0)
    let long = String(repeating: "x", count: 2_000_000)
    for value in [
      "\"\(long)\"", "[\"\(long)\"]",
      "[\(Array(repeating: "\"x\"", count: 400_000).joined(separator: ","))]",
    ] {
      let request = job.out + "/request.json"
      let text = try String(decoding: bytes(of: request), as: UTF8.self)
      try job.replace("\"--rule\": \"paper\"", with: "\"--rule\": \(value)", in: request)
      // Its place in the record is that of the file as it is now.
      try write("# spin-files/1 run\n-  request.json\n".utf8, to: job.out + "/.spin-files")
      try expectShort(job.run, "--rule was ")
      try write(text.utf8, to: request)
    }
  }

  @Test func patches() throws {
    #expect(try Program.run(job.run + ["--quiet"]).status == 0)
    let patch = job.out + "/patch.json"
    let text = try String(decoding: bytes(of: patch), as: UTF8.self)
    let bits = try #require(text.firstMatch(of: /"old": \[\s*"([0-9a-f]+)"/))
    let long = String(repeating: "0", count: 2_000_000)
    try write(
      text.replacingCharacters(in: bits.1.startIndex..<bits.1.endIndex, with: long).utf8, to: patch)
    try expectShort(["patch", "show", patch], "0... (2000000 characters)")
  }
}
