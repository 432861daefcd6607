// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINHub
import SPINStorage
import SPINTestSupport
import Testing

/// Servers that lie, and caches in which others planted something: an error, and nothing where it should not be.
@Suite(.timeLimit(.minutes(5)))
struct HostileHubTests {
  private func requireNothing(_ fixture: HubFixture, _ error: SPINError) {
    #expect(error.code == .unavailable, "\(error)")
    #expect(FileSystem.status(fixture.blob) == nil)
    #expect(FileSystem.status(fixture.snapshot + "/model.safetensors", following: false) == nil)
    #expect(FileSystem.status(fixture.folder + "/refs/main") == nil, "recorded as if it were whole")
  }

  @Test func otherContentLeavesNothing() throws {
    let fixture = try HubFixture { $0.givesOtherBytes = true }
    let error = try fixture.failure()
    requireNothing(fixture, error)
    #expect(error.message.hasPrefix("its content does not match the listed digest"))
    #expect(FileSystem.status(fixture.blob + ".incomplete") == nil)
  }

  @Test func sizesHaveToAgree() throws {
    for change in [
      { $0.listedExtra = 1 }, { $0.listedExtra = -1 }, { $0.totalExtra = 5 },
    ] as [(inout StubHub.Faults) -> Void] {
      let fixture = try HubFixture {
        change(&$0)
        $0.cuts = (1, 1000)
      }
      let error = try fixture.failure()
      requireNothing(fixture, error)
      #expect(error.message.hasPrefix("is listed with "), "\(error)")
    }
  }

  @Test func repositoriesThatChangeMeanwhileAreNoticed() throws {
    for change in [
      { $0.otherEtag = String(repeating: "a", count: 64) },
      { $0.otherCommit = String(repeating: "b", count: 40) },
    ] as [(inout StubHub.Faults) -> Void] {
      let fixture = try HubFixture(change)
      let error = try fixture.failure()
      requireNothing(fixture, error)
      #expect(error.remedy?.hasPrefix("the repository changed meanwhile") == true, "\(error)")
      #expect(fixture.hub.storeRequests.isEmpty)
    }
  }

  @Test func rangesHaveToBeThoseAskedFor() throws {
    let fixture = try HubFixture {
      $0.store = [
        .bytes(200, [1, 2, 3], promised: 400_000),
        .bytes(206, [4], headers: ["Content-Range": "bytes 7-7/400000"]),
      ]
    }
    let error = try fixture.failure()
    requireNothing(fixture, error)
    #expect(error.message.contains("\"bytes 7-7/400000\""))
  }

  /// Names that would lead out of the cache make the whole repository suspect.
  @Test(arguments: [
    "../../../../evil", "/etc/passwd", "a/../../b", "a//b", "a/./b", "..", "a\\\\b", "C:/x",
    "a\\u0000b",
    "a\\nb",
  ]) func namesLeadNowhere(_ name: String) throws {
    let oid = String(repeating: "c", count: 40)
    let fixture = try HubFixture {
      $0.moreEntries = [#"{"type":"file","path":"\#(name)","size":1,"oid":"\#(oid)"}"#]
    }
    let error = try fixture.failure()
    #expect(error.code == .malformedInput, "\(error)")
    #expect(error.message.contains("whose name would lead out of its folder"))
    #expect(FileSystem.status(fixture.cache) == nil, "something was written")
  }

  @Test(arguments: [
    #"{"type":"file","path":"a","size":1,"oid":"../../x"}"#,
    #"{"type":"file","path":"a","size":1,"oid":"ABCDEF0123456789ABCDEF0123456789ABCDEF01"}"#,
    #"{"type":"file","path":"a","size":-1,"oid":"\#(String(repeating: "c", count: 40))"}"#,
    #"{"type":"file","path":"a","oid":"\#(String(repeating: "c", count: 40))"}"#,
    #"{"type":"file","path":1}"#, "3",
  ]) func entriesAreChecked(_ entry: String) throws {
    let fixture = try HubFixture { $0.moreEntries = [entry] }
    let error = try fixture.failure()
    #expect(
      error.code == .unavailable && error.message.contains("gives no answer of the Hub's"),
      "\(error)")
    #expect(FileSystem.status(fixture.cache) == nil)
  }

  @Test(arguments: [
    "not JSON", "[]", #"{"sha": "main"}"#, #"{"sha": "../../../etc"}"#,
    String(repeating: "[", count: 100_000),
  ]) func answersOfTheAPIAreChecked(_ body: String) throws {
    let fixture = try HubFixture { $0.api = .answer(200, body) }
    let error = try fixture.failure()
    #expect(error.code == .unavailable, "\(error)")
    #expect(error.remedy == "check that HF_ENDPOINT is the Hub or a mirror of it")
  }

  @Test func endlessAnswersEnd() throws {
    let fixture = try HubFixture { $0.api = .endless }
    let error = try fixture.failure()
    #expect(error.code == .unavailable && error.message.contains("in more than 64 MiB"), "\(error)")
  }

  @Test func redirectsEnd() throws {
    let fixture = try HubFixture()
    let address = fixture.hub.address
    fixture.hub.setFaults { $0.api = .answer(302, "", headers: ["Location": address + "/api/x"]) }
    let error = try fixture.failure()
    #expect(
      error.code == .unavailable && error.message == "redirects more than 5 times", "\(error)")
    #expect(fixture.hub.requests.count == 6)
    for target in ["ftp://example.org/x", "file:///etc/passwd", "http://user:secret@127.0.0.1/"] {
      let other = try HubFixture { $0.api = .answer(302, "", headers: ["Location": target]) }
      #expect(try other.failure().message == "redirects to what is no web address", "\(target)")
    }
  }

  /// A partial file that is a link to a file of the user's.
  @Test func plantedLinksAreNotFollowed() throws {
    let fixture = try HubFixture()
    let victim = fixture.directory.file("victim")
    try OutputFile.write(Array("precious".utf8), to: victim)
    try FileSystem.ensureDirectory(fixture.folder + "/blobs")
    for path in [fixture.blob + ".incomplete", fixture.blob + ".00000000.incomplete"] {
      #expect(try FileSystem.makeSymbolicLink(path, to: victim))
    }
    _ = try fixture.library().fetchModel(fixture.reference)
    #expect(try FileSystem.read(victim) == Array("precious".utf8))
    #expect(FileSystem.symbolicLinkTarget(fixture.blob) == nil)
    #expect(try FileSystem.read(fixture.blob) == HubFixture.weights)
  }

  @Test(arguments: ["blobs", "snapshots", "refs"]) func plantedFoldersAreRefused(_ name: String)
    throws
  {
    let fixture = try HubFixture()
    let outside = fixture.directory.file("outside")
    try FileSystem.ensureDirectory(outside)
    try FileSystem.ensureDirectory(fixture.folder)
    #expect(try FileSystem.makeSymbolicLink("\(fixture.folder)/\(name)", to: outside))
    let error = try fixture.failure()
    #expect(
      error.code == .cannotCreate && error.message.contains("leads out of the folder"), "\(error)")
    #expect(try FileSystem.names(in: outside).isEmpty)
  }

  /// A whole cache on another disk is usual.
  @Test func aCacheMayBeALink() throws {
    let fixture = try HubFixture()
    let disk = fixture.directory.file("disk")
    try FileSystem.ensureDirectory(disk)
    try FileSystem.ensureDirectory(fixture.directory.file("hf"))
    #expect(try FileSystem.makeSymbolicLink(fixture.cache, to: disk))
    let snapshot = try fixture.library().fetchModel(fixture.reference)
    #expect(try FileSystem.read(snapshot.path + "/model.safetensors") == HubFixture.weights)
  }
}
