// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import SPINStorage
import SPINTestSupport
import Testing

/// A folder of results: nothing of others is written over or removed.
struct OutputFolderTests {
  private let directory: TemporaryDirectory
  private var out: String { directory.file("out") }

  init() throws { directory = try TemporaryDirectory() }

  private func write(_ text: String, _ name: String) throws {
    try OutputFile.write(Array(text.utf8), to: "\(out)/\(name)")
  }

  private func text(_ name: String) throws -> String {
    String(decoding: try FileSystem.read("\(out)/\(name)"), as: UTF8.self)
  }

  /// Runs a command that writes some files.
  private func run(
    _ files: [String: String], restart: Bool = false, command: String = "run"
  ) throws {
    let folder = try OutputFolder(out, of: command)
    defer { folder.close() }
    try folder.begin(restart: restart)
    for (name, content) in files.sorted(by: { $0.key < $1.key }) {
      try FileSystem.ensureDirectory(FileSystem.parent(of: "\(out)/\(name)"))
      try write(content, name)
    }
  }

  private func failure(_ body: () throws -> Void) -> SPINError? {
    do {
      try body()
      return nil
    } catch { return error as? SPINError }
  }

  @Test func whatItWroteIsReplacedAndDiscarded() throws {
    try run(["a.json": "1", "inner/b.json": "2"])
    try run(["a.json": "3"])
    #expect(try text("a.json") == "3")
    try run([:], restart: true)
    #expect(try FileSystem.names(in: out) == [".spin-files"])
  }

  @Test func whatOthersWroteStays() throws {
    try FileSystem.ensureDirectory(out + "/inner")
    try write("mine", "a.json")
    try write("mine", "inner/b.json")
    for name in ["a.json", "inner/b.json"] {
      let error = failure { try run([name: "spin's"]) }
      #expect(error?.code == .cannotCreate)
      #expect(error?.message.contains("has \(name), and no record there") == true)
      #expect(try text(name) == "mine")
    }
    try run(["c.json": "1"])
    try run([:], restart: true)
    #expect(try FileSystem.names(in: out) == [".spin-files", "a.json", "inner"])
    #expect(try text("inner/b.json") == "mine")
    let folder = try OutputFolder(out, of: "run")
    defer { folder.close() }
    func isFree(_ contents: OutputFolder.Contents) throws -> Bool {
      let open = failure { try folder.requireFree(contents) }
      let planned = failure { try OutputFolder.requireFree(contents, in: out, of: "run") }
      #expect(open == planned)
      return open == nil
    }
    #expect(try !isFree(.init(files: ["c.json", "a.json"])))
    #expect(try isFree(.init(files: ["d.json"], folders: ["inner"])))
    // A folder in the place of a file, a file in that of a folder, others' files where none may be.
    #expect(try !isFree(.init(files: ["inner"])))
    #expect(try !isFree(.init(folders: ["a.json"])))
    #expect(try !isFree(.init(ownFolders: ["inner"])))
    #expect(try !isFree(.init(wholeFolders: ["inner"])))
    #expect(try isFree(.init(ownFolders: ["new"], wholeFolders: ["other"])))
  }

  /// A file in whose place somebody put a link or a folder: kept aside, like one that was changed.
  @Test func whatReplacedAFileIsKept() throws {
    for kind in ["link", "folder"] {
      try run(["a.json": "1", "b.json": "2"])
      try FileSystem.remove(out + "/a.json")
      if kind == "link" {
        try FileManager.default.createSymbolicLink(
          atPath: out + "/a.json", withDestinationPath: "b.json")
      } else {
        try FileSystem.ensureDirectory(out + "/a.json/mine")
      }
      #expect(failure { try run(["b.json": "3"]) }?.message == "was changed since spin wrote it")
      try run(["a.json": "4"], restart: true)
      #expect(try text("a.json") == "4", "\(kind)")
    }
    #expect(
      try FileSystem.names(in: out) == [
        ".spin-files", "a.json", "a.json.changed", "a.json.changed-2",
      ])
    #expect(FileSystem.status(out + "/a.json.changed-2/mine") != nil)
  }

  /// Notes under the name of the record are no record that was cut off.
  @Test func notesInPlaceOfARecordStay() throws {
    try FileSystem.ensureDirectory(out)
    for (name, text, isOurs) in [
      ("a", "my note", false), ("b", "# spin-files/1 ru", true), ("c", "", true),
    ] {
      // Not by `OutputFile`, which would record it.
      try Data(text.utf8).write(to: URL(filePath: out + "/.spin-files"))
      #expect((failure { try run([name: "1"]) } == nil) == isOurs, "\(text)")
      if !isOurs { #expect(try self.text(".spin-files") == text) }
    }
  }

  /// What another process is writing around a folder is at work there, too.
  @Test func aFolderInOneThatIsInUseIsRefused() throws {
    try run(["evaluation/a.json": "1"])
    let inner = out + "/evaluation"
    do {
      let other = try DirectoryLock(out)
      #expect(
        failure { try OutputFolder(inner, of: "evaluate").close() }?.code == .resumable)
      other.release()
    }
    do {
      // One that begins beside this one looks at the folder around both, too.
      let other = try DirectoryLock(out, isShared: true)
      try OutputFolder(inner, of: "evaluate").close()
      other.release()
    }
    let outer = try OutputFolder(out, of: "run")
    try OutputFolder(inner, of: "evaluate").close()
    outer.close()
  }

  /// Whatever is wrong with the place is said before the work.
  @Test func placesThatAreNoFoldersAreRefused() throws {
    try FileSystem.ensureDirectory(out)
    try write("mine", "file")
    for (path, found) in [
      (out + "/file", "is not a folder"), (out + "/file/x", "is not a folder"),
      ("", "is no name of a folder"), ("/dev/null/x", "is not a folder"),
      (out + "/" + String(repeating: "n", count: 256), "has 256 bytes"),
    ] {
      let error = failure { try OutputFolder.requireFree(.init(), in: path, of: "run") }
      #expect(error?.code == .cannotCreate && error?.message.contains(found) == true, "\(path)")
    }
    try OutputFolder.requireFree(.init(), in: out + "/a/b", of: "run")
  }

  @Test func changedFilesAreSaidAndKept() throws {
    try run(["a.json": "1", "b.json": "2"])
    try write("mine now", "a.json")
    let error = failure { try run(["b.json": "3"]) }
    #expect(error?.location == out + "/a.json")
    #expect(error?.message == "was changed since spin wrote it")
    #expect(try text("b.json") == "2")
    try run(["a.json": "4"], restart: true)
    #expect(try text("a.json") == "4")
    #expect(try text("a.json.changed") == "mine now")
    #expect(FileSystem.status(out + "/b.json") == nil)
  }

  /// A killed process leaves what it was writing on record, but without what it holds.
  @Test func whatAKilledProcessWroteIsItsOwn() throws {
    do {
      let folder = try OutputFolder(out, of: "run")
      let file = try RandomAccessFile(path: out + "/journal", .createOrUpdate)
      try file.write([1, 2, 3] as [UInt8], at: 0)
      try write("1", "a.json")
      // The record is as a process leaves it that does not come to `close`.
      let record = try FileSystem.read(out + "/.spin-files")
      folder.close()
      try OutputFile.write(record.dropLast(5) + [], to: out + "/.spin-files")
    }
    try run(["journal": "again", "a.json": "2"])
    #expect(try text("a.json") == "2")
  }

  @Test func nothingGoesThroughALink() throws {
    let elsewhere = directory.file("elsewhere")
    try FileSystem.ensureDirectory(elsewhere)
    try run(["inner/a.json": "1"])
    try FileSystem.removeTree(out + "/inner")
    _ = try FileSystem.makeSymbolicLink(out + "/inner", to: elsewhere)
    try OutputFile.write(Array("mine".utf8), to: elsewhere + "/a.json")
    #expect(failure { try run(["inner/a.json": "2"]) }?.code == .cannotCreate)
    #expect(failure { try run([:], restart: true) }?.code == .cannotCreate)
    #expect(try FileSystem.read(elsewhere + "/a.json") == Array("mine".utf8))

    try FileSystem.remove(out + "/inner")
    _ = try FileSystem.makeSymbolicLink(out + "/b.json", to: elsewhere + "/a.json")
    #expect(failure { try run(["b.json": "2"]) }?.message == "is a symbolic link")
    #expect(try FileSystem.read(elsewhere + "/a.json") == Array("mine".utf8))
  }

  @Test func oneProcessAndOneCommandAtATime() throws {
    let folder = try OutputFolder(out, of: "run")
    #expect(failure { _ = try OutputFolder(out, of: "run") }?.code == .resumable)
    folder.close()
    try run(["a.json": "1"])
    let error = failure { try run([:], command: "sweep") }
    #expect(error?.message == "is the folder of `spin run`")
    #expect(try text("a.json") == "1")
  }

  @Test func outputsAndInputsLieApart() throws {
    let model = directory.file("model")
    try FileSystem.ensureDirectory(model)
    let link = directory.file("link")
    _ = try FileSystem.makeSymbolicLink(link, to: model)
    for out in [model, model + "/", model + "/run", link + "/a/b", directory.path] {
      let error = failure { _ = try OutputFolder(out, of: "run", apartFrom: [model]) }
      #expect(error?.code == .cannotCreate, "\(out)")
      #expect(try FileSystem.names(in: model).isEmpty)
    }
    try OutputFolder(model + "-run", of: "run", apartFrom: [model]).close()
  }

  /// Folders of one command in that of another: each entry is the innermost one's, and all are discarded.
  @Test func foldersLieInEachOther() throws {
    do {
      let outer = try OutputFolder(out, of: "compare")
      defer { outer.close() }
      let inner = try OutputFolder(out + "/arm", of: "run")
      try write("1", "arm/a.json")
      inner.close()
      try write("2", "b.json")
    }
    #expect(try !text(".spin-files").contains("a.json"))
    #expect(try text("arm/.spin-files").hasPrefix("# spin-files/1 run\n"))
    try run([:], restart: true, command: "compare")
    #expect(try FileSystem.names(in: out) == [".spin-files"])
  }

  /// A folder inside that another process has keeps everything, also where it is not this command's to discard.
  @Test(arguments: [nil, "b"]) func allIsDiscardedOrNothing(keeping: String?) throws {
    do {
      let outer = try OutputFolder(out, of: "compare")
      defer { outer.close() }
      for arm in ["a", "b"] {
        let inner = try OutputFolder("\(out)/\(arm)", of: "run")
        try write("1", "\(arm)/a.json")
        inner.close()
      }
      try write("2", "c.json")
    }
    func restart() throws {
      let folder = try OutputFolder(out, of: "compare")
      defer { folder.close() }
      try folder.begin(restart: true, keeping: keeping)
    }
    let lock = try DirectoryLock(out + "/b")
    #expect(failure(restart)?.code == .resumable)
    for name in ["a/a.json", "b/a.json", "c.json"] {
      #expect(FileSystem.status("\(out)/\(name)")?.kind == .file, "\(name)")
    }
    lock.release()
    try restart()
    #expect(try FileSystem.names(in: out) == [".spin-files"] + (keeping.map { [$0] } ?? []))
  }

  /// The same of a part of a folder.
  @Test func aPartIsDiscardedWholeOrNotAtAll() throws {
    let outer = try OutputFolder(out, of: "compare")
    defer { outer.close() }
    for arm in ["a", "b"] {
      let inner = try OutputFolder("\(out)/part/\(arm)", of: "run")
      try write("1", "part/\(arm)/a.json")
      inner.close()
    }
    let lock = try DirectoryLock(out + "/part/b")
    #expect(failure { try outer.discard("part") }?.code == .resumable)
    #expect(FileSystem.status(out + "/part/a/a.json")?.kind == .file)
    lock.release()
    try outer.discard("part")
    #expect(FileSystem.status(out + "/part") == nil)
  }

  @Test func aDirectoryThatAppearsWholeIsOnRecord() throws {
    do {
      let folder = try OutputFolder(out, of: "run")
      defer { folder.close() }
      let model = try OutputDirectory(path: out + "/model")
      try model.fill {
        try OutputFile.write([1], to: model.temporaryPath + "/weights\nof \\ a")
      }
    }
    try write("mine", "model/notes")
    try run([:], restart: true)
    #expect(try FileSystem.names(in: out + "/model") == ["notes"])
  }

  @Test(arguments: ["../a", "/etc/passwd", "a/../../b", "", "a//b", "."])
  func recordsOfStrangersNameNothingElsewhere(_ name: String) throws {
    try FileSystem.ensureDirectory(out)
    try write("# spin-files/1 run\n-  \(name)\n", ".spin-files")
    #expect(failure { try run([:], restart: true) }?.code == .malformedInput)
  }

  /// A folder with a large result means the same wherever it lies.
  @Test func aFolderMayMove() throws {
    do {
      let folder = try OutputFolder(out, of: "run")
      defer { folder.close() }
      let file = try OutputFile(path: out + "/large")
      try file.write([UInt8](repeating: 1, count: 65 << 20))
      try file.commit()
    }
    let hidden = directory.file(".hidden")
    try FileSystem.ensureDirectory(hidden)
    try FileSystem.rename(out, to: hidden + "/out")
    let folder = try OutputFolder(hidden + "/out", of: "run")
    defer { folder.close() }
    try folder.begin(restart: false)
    let file = try RandomAccessFile(path: hidden + "/out/large", .update)
    try file.write([2] as [UInt8], at: 0)
    #expect(
      failure { try folder.begin(restart: false) }?.message == "was changed since spin wrote it")
  }

  /// A link where a directory would grow empties nothing.
  @Test func temporaryDirectoriesAreNoLinks() throws {
    let precious = directory.file("precious")
    try FileSystem.ensureDirectory(precious)
    try OutputFile.write([1], to: precious + "/a")
    for name in [".model.partial", ".model.1a2b.partial"] {
      _ = try FileSystem.makeSymbolicLink(directory.file(name), to: precious)
    }
    let model = try OutputDirectory(path: directory.file("model"))
    try model.fill { try OutputFile.write([2], to: model.temporaryPath + "/b") }
    #expect(try FileSystem.names(in: precious) == ["a"])
    #expect(try FileSystem.names(in: directory.file("model")) == ["b"])
  }
}
