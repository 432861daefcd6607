// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJobs

/// `spin model list`: which models are here.
struct ModelListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the models in the Hugging Face cache, without using the network.")

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    let library = HubLibrary(try HubSettings())
    let entries = try library.inventory()
    if json {
      let document: JSON = [
        "schema": "model-list/1", "tool_version": .string(SPINVersion.current),
        "cache": .string(library.settings.cache), "models": .array(entries.map(Self.json)),
      ]
      return print(document.serialized(), terminator: "")
    }
    guard !entries.isEmpty else {
      return print(
        "no models in \(library.settings.cache); spin model fetch OWNER/NAME fetches one")
    }
    let rows = entries.map { entry in
      [
        entry.snapshot.reference.repository, entry.revisions.joined(separator: ","),
        String(entry.snapshot.commit.prefix(12)), ByteCount.text(entry.byteCount),
      ]
    }
    let table = TextTable([["model", "revision", "commit", "size"]] + rows).lines
    for (line, state) in zip(table, ["state"] + entries.map(Self.state)) {
      print("\(line)  \(state)")
    }
  }

  private static func state(_ entry: HubInventoryEntry) -> String {
    guard !entry.missingFiles.isEmpty else { return "usable" }
    let left =
      entry.interruptedByteCount > 0
      ? "; \(ByteCount.text(entry.interruptedByteCount)) of an interrupted download" : ""
    let names = entry.missingFiles.prefix(2).joined(separator: ", ")
    let more = entry.missingFiles.count > 2 ? " and \(entry.missingFiles.count - 2) more" : ""
    return "incomplete: no \(names)\(more)\(left)"
  }

  private static func json(_ entry: HubInventoryEntry) -> JSON {
    [
      "repository": .string(entry.snapshot.reference.repository),
      "commit": .string(entry.snapshot.commit),
      "revisions": .array(entry.revisions.map { .string($0) }),
      "bytes": JSON(entry.byteCount), "usable": .bool(entry.missingFiles.isEmpty),
      "missing": .array(entry.missingFiles.map { .string($0) }),
      "interrupted_bytes": JSON(entry.interruptedByteCount), "path": .string(entry.snapshot.path),
    ]
  }
}
