// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINCheckpoint
import SPINErrors
import SPINStorage
import SPINTestSupport
import Testing

@Suite struct EditJournalTests {
  /// A file that cannot be written: there is no edit to finish, and no journal says that there is.
  @Test func aFileThatCannotBeOpenedLeavesNoJournal() throws {
    let directory = try TemporaryDirectory()
    try OutputFile.write([1, 2, 3], to: directory.file("a"))
    #expect(unsafe mkfifo(directory.file("b"), 0o600) == 0)
    let journal = EditJournal(
      patch: "p", action: .apply,
      edits: ["a", "b"].map { ByteEdit(file: $0, offset: 1, old: [2], new: [0]) })
    #expect(throws: SPINError.self) { try journal.carryOut(in: directory.path) }
    #expect(try FileSystem.names(in: directory.path) == ["a", "b"])
    #expect(try FileSystem.read(directory.file("a")) == [1, 2, 3])
  }
}
