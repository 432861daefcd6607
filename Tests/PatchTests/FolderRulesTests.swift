// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINCheckpoint
import SPINErrors
import SPINJSON
import SPINStorage
import SPINTestSupport
import Testing

@testable import SPINPatch

/// A copy holds what is part of the model, and nothing of the machine around it.
struct FolderRulesTests {
  private let fixture: PatchFixture
  private var out: String { fixture.directory.file("out") }

  init() throws { fixture = try PatchFixture() }

  private func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: fixture.path + "/" + name, withDestinationPath: target)
  }

  private func expectRefusal(
    _ name: String, _ message: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let patch = try fixture.patch()
    fixture.expectError(
      "DIR/model/\(name): \(message); remove it, or put the file itself there if it belongs to the "
        + "model", code: .malformedInput, sourceLocation: sourceLocation
    ) { try patch.apply(to: fixture.model(), out: out) }
    #expect(FileSystem.status(out) == nil)
    #expect(
      try FileSystem.names(in: fixture.directory.path).allSatisfy { !$0.hasSuffix(".partial") })
  }

  @Test func linksOutOfTheFolderAreRefused() throws {
    try OutputFile.write([1], to: fixture.directory.file("secret"))
    try link("README.md", to: "../secret")
    try expectRefusal("README.md", "is a link out of the model's folder, to ../secret")
    try FileSystem.remove(fixture.path + "/README.md")
    try link("extra/passwd", to: "/etc/passwd")
    try expectRefusal("extra/passwd", "is a link out of the model's folder, to /etc/passwd")
    try FileSystem.remove(fixture.path + "/extra/passwd")
    // By way of a link that stays inside.
    try link("step", to: "/etc/hostname")
    try link("aa", to: "step")
    try expectRefusal("aa", "is a link out of the model's folder, to step")
  }

  @Test func linksToOtherThingsAreRefused() throws {
    try link("pipe", to: "/dev/null")
    try expectRefusal("pipe", "is a link to /dev/null, which is neither a file nor a folder")
    try FileSystem.remove(fixture.path + "/pipe")
    try link("all", to: "/etc")
    try expectRefusal("all", "is a link to the folder /etc, and links to folders are not followed")
    try FileSystem.remove(fixture.path + "/all")
    try link("latest", to: "extra")
    try expectRefusal(
      "latest", "is a link to the folder extra, and links to folders are not followed")
    try FileSystem.remove(fixture.path + "/latest")
    try link("nothing", to: "absent")
    try expectRefusal(
      "nothing", "is a link to absent, which is not there or leads in a circle")
  }

  @Test func circlesAreErrorsAtOnce() throws {
    try link("extra/up", to: "..")
    try expectRefusal("extra/up", "is a link to .., a folder in which the link itself is")
    try FileSystem.remove(fixture.path + "/extra/up")
    try link("extra/self", to: ".")
    try expectRefusal("extra/self", "is a link to ., a folder in which the link itself is")
    try FileSystem.remove(fixture.path + "/extra/self")
    try link("root", to: "/")
    try expectRefusal("root", "is a link to /, a folder in which the link itself is")
    try FileSystem.remove(fixture.path + "/root")
    try link("ring", to: "ring")
    try expectRefusal("ring", "is a link to ring, which is not there or leads in a circle")
  }

  @Test func pipesAreRefused() throws {
    #expect(unsafe mkfifo(fixture.path + "/pipe", 0o600) == 0)
    try expectRefusal("pipe", "is neither a file nor a folder")
  }

  @Test func whatBelongsToToolsIsNotCopied() throws {
    let foreign = [
      ".git/config", ".cache/huggingface/download/a.lock", ".DS_Store", "._config.json",
      "Thumbs.db", "__pycache__/a.pyc", ".ipynb_checkpoints/a.ipynb", ".spin-files",
      ".config.json.1f2e3d4c.tmp",
    ]
    for name in foreign + [".gitattributes", ".gitignore"] {
      try FileSystem.ensureDirectory(FileSystem.parent(of: fixture.path + "/" + name))
      try OutputFile.write([1], to: fixture.path + "/" + name)
    }
    try fixture.patch().apply(to: try fixture.model(), out: out)
    let names = try PatchFixture.hashes(out).keys
    #expect(names.contains(".gitattributes") && names.contains(".gitignore"))
    #expect(Set(names).isDisjoint(with: foreign))
    // Nor by way of a link.
    try link("settings", to: ".git/config")
    try FileSystem.removeTree(out)
    try expectRefusal("settings", "is a link to .git/config, which is no part of the model")
  }

  @Test func permissionsStay() throws {
    let modes = [
      "config.json": 0o640, "extra/notes.bin": 0o755, "model-00001-of-00002.safetensors": 0o444,
      "model-00002-of-00002.safetensors": 0o400, "model.safetensors.index.json": 0o666,
    ]
    for (name, mode) in modes { try FileSystem.setPermissions(mode, of: fixture.path + "/" + name) }
    try FileSystem.setPermissions(0o4755 & 0o7777, of: fixture.path + "/extra/tokenizer")
    let patch = try fixture.patch()
    try patch.apply(to: try fixture.model(), out: out)
    for (name, mode) in modes {
      #expect(FileSystem.status(out + "/" + name)?.permissions == mode, "\(name)")
    }
    #expect(try patch.verify(try ModelDirectory(path: out)).matchesPatched == true)
  }

  /// Snapshots of the Hugging Face cache consist of links into `blobs`.
  @Test func snapshotsOfTheHubAreCopied() throws {
    let repository = fixture.directory.file("models--a--b")
    let snapshot = repository + "/snapshots/0123456789abcdef0123456789abcdef01234567"
    try FileSystem.ensureDirectory(snapshot + "/sub")
    try FileSystem.ensureDirectory(repository + "/blobs")
    try FileSystem.remove(fixture.path + "/tokenizer.json")
    try OutputFile.write([9], to: fixture.path + "/tokenizer.json")
    for name in try FileSystem.names(in: fixture.path) where name != "extra" {
      let blob = FileDigest.sha256(Array(name.utf8))
      try FileSystem.rename(fixture.path + "/" + name, to: repository + "/blobs/" + blob)
      try FileManager.default.createSymbolicLink(
        atPath: snapshot + "/" + name, withDestinationPath: "../../blobs/" + blob)
    }
    try OutputFile.write([1], to: repository + "/blobs/notes")
    try FileManager.default.createSymbolicLink(
      atPath: snapshot + "/sub/notes.txt", withDestinationPath: "../../../blobs/notes")
    let model = try ModelDirectory(path: snapshot)
    let patch = try Patch.make(
      model: model, weights: [("brain", [1])], scale: 0, provenance: [:], toolVersion: "0")
    let receipt = try patch.apply(to: model, out: out)
    #expect(receipt.copy?.fileCount == 6)
    #expect(
      try PatchFixture.hashes(out).keys.sorted() == [
        "config.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
        "model.safetensors.index.json", "spin-patch.json", "sub/notes.txt", "tokenizer.json",
      ])
    #expect(FileSystem.status(out + "/config.json", following: false)?.kind == .file)
    #expect(try patch.verify(try ModelDirectory(path: out)).matchesPatched == true)
    // A snapshot without weights, of which somebody wants the tokenizer.
    let rules = FolderRules(folder: snapshot, weights: [])
    let blob = FileDigest.sha256(Array("config.json".utf8))
    #expect(
      try rules.file(at: snapshot + "/config.json")
        == FileSystem.resolved(repository + "/blobs/" + blob))
    #expect(try rules.file(at: snapshot + "/absent") == nil)
    // But no link out of the cache.
    try FileManager.default.createSymbolicLink(
      atPath: snapshot + "/LICENSE", withDestinationPath: "/etc/passwd")
    #expect(throws: SPINError.self) {
      try patch.apply(to: model, out: fixture.directory.file("again"))
    }
  }
}
