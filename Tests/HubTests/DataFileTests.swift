// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINHub
import SPINStorage
import SPINTestSupport
import Testing

/// Data files: of data sets on the Hub, and from addresses.
struct DataFileTests {
  private static let csv = Array("prompt,response\na,b\n".utf8)

  @Test func filesOfDataSets() throws {
    let hub = try StubHub(
      "some-owner/data", kind: "datasets",
      files: [
        StubHub.File(path: "README.md", content: [65], isLarge: false),
        StubHub.File(path: "data/train.csv", content: Self.csv, isLarge: false),
        StubHub.File(path: "data/test.csv", content: Array("x".utf8), isLarge: true),
      ])
    let fixture = try HubFixture(hub: hub)
    let reference = try #require(HubReference("some-owner/data", kind: .dataset))
    let library = try fixture.library()
    let found = try library.file("data/train.csv", of: reference)
    #expect(found.commit == hub.commit && found.path.hasSuffix("/data/train.csv"))
    #expect(found.path.hasPrefix(fixture.cache + "/datasets--some-owner--data/snapshots/"))
    #expect(FileSystem.symbolicLinkTarget(found.path)?.hasPrefix("../../../blobs/") == true)
    #expect(try FileSystem.read(found.path) == Self.csv)
    let count = hub.requests.count
    #expect(try library.file("data/train.csv", of: reference).path == found.path)
    #expect(hub.requests.count == count)
    #expect(try library.file("data/test.csv", of: reference).commit == hub.commit)
    let error = #expect(throws: SPINError.self) { try library.file("data/dev.csv", of: reference) }
    #expect(error?.remedy == "there are data/train.csv, data/test.csv", "\(error as Any)")
    let outside = #expect(throws: SPINError.self) { try library.file("../x", of: reference) }
    #expect(outside?.code == .usage)
    #expect(
      outside?.description
        == "some-owner/data:../x: is no path of a file inside a repository; give it as the repository lists "
        + "it, such as data/train.csv, without . and ..")
    let offline = try fixture.library(["HF_HUB_OFFLINE": "1"])
    let absent = #expect(throws: SPINError.self) { try offline.file("README.md", of: reference) }
    #expect(absent?.remedy?.hasSuffix("spin data fetch some-owner/data:README.md") == true)
  }

  @Test func addressesAreAskedAboutOnce() throws {
    let server = try StubServer { number, request in
      switch number {
      case 0: .bytes(200, Self.csv, promised: 100)
      case 1: .bytes(200, Self.csv, headers: ["ETag": "\"one\""])
      case 2 where request.headers["if-none-match"] == "\"one\"": .answer(304, "")
      case 3: .bytes(200, Array("new".utf8), headers: ["ETag": "\"two\""])
      default: .answer(404, "")
      }
    }
    let fixture = try HubFixture()
    let library = try fixture.library(["HF_TOKEN": "hf_secret"])
    let address = server.address + "/a%20b/questions%2F..csv?x=1"
    let first = try library.webFile(address)
    #expect(first.wasFetched && first.sha256 == StubHub.sha256(Self.csv))
    #expect(try FileSystem.read(first.path) == Self.csv)
    #expect(first.path.hasPrefix(fixture.directory.file("xdg/spin/files/")))
    let again = try library.webFile(address)
    #expect(!again.wasFetched && again.path == first.path)
    let offline = try fixture.library(["HF_HUB_OFFLINE": "1"])
    #expect(try offline.webFile(address).sha256 == first.sha256)
    let changed = try library.webFile(address)
    #expect(changed.sha256 == StubHub.sha256(Array("new".utf8)))
    #expect(
      fixture.events.all.contains {
        if case .note(let text) = $0 { text.contains("has changed") } else { false }
      })
    let error = #expect(throws: SPINError.self) { try library.webFile(server.address + "/gone") }
    #expect(error?.code == .missingInput)
    #expect(server.requests.allSatisfy { $0.headers["authorization"] == nil })
  }

  @Test func pinnedFilesHaveTheirDigest() throws {
    let server = try StubServer { _, _ in .bytes(200, Self.csv) }
    let fixture = try HubFixture()
    let library = try fixture.library()
    let address = server.address + "/a.csv"
    let error = #expect(throws: SPINError.self) {
      try library.webFile(address, sha256: String(repeating: "0", count: 64))
    }
    #expect(
      error?.code == .unavailable && error?.message.contains("the download was discarded") == true)
    #expect(throws: SPINError.self) {
      try fixture.library(["HF_HUB_OFFLINE": "1"]).webFile(address)
    }
    let digest = StubHub.sha256(Self.csv)
    #expect(try library.webFile(address, sha256: digest).wasFetched)
    #expect(try !library.webFile(address, sha256: digest).wasFetched)
    #expect(server.requests.count == 2)
    // Somebody changed it here.
    let path = try library.webFile(address, sha256: digest).path
    try OutputFile.write(Array("prompt,response\nx,y\n".utf8), to: path)
    #expect(try library.webFile(address, sha256: digest).wasFetched)
    #expect(try FileSystem.read(path) == Self.csv)
  }

  @Test(arguments: [
    "http://example.org/a.csv", "https://user:secret@example.org/a", "ftp://a/b", "https://",
  ])
  func otherAddressesAreRefused(_ address: String) throws {
    let fixture = try HubFixture()
    let error = #expect(throws: SPINError.self) { try fixture.library().webFile(address) }
    #expect(error?.code == .usage)
  }

  @Test func paperFilesAreThoseOfTheAuthors() throws {
    #expect(PaperData(named: "fairness")?.fileName == "beaver_train330k_fairness_safe_1k.csv")
    #expect(PaperData(named: "salad_privacy") == PaperData(named: "questions-privacy"))
    #expect(PaperData(named: "salad_privacy.csv") == PaperData(named: "questions-privacy"))
    #expect(PaperData(named: "x") == nil)
    #expect(PaperData.all.count == 7)
    #expect(Set(PaperData.all.map(\.sha256)).count == 7)
    for file in PaperData.all {
      #expect(file.sha256.count == 64 && file.sha256.allSatisfy { "0123456789abcdef".contains($0) })
    }
  }

  /// The digests are those of the files that were published, where these are.
  @Test(.enabled(if: SharedMaterial.path != nil, "\(SharedMaterial.need)"))
  func paperFilesHaveTheirDigests() throws {
    let folder = try #require(SharedMaterial.path) + "/data/spin"
    for file in PaperData.all {
      #expect(
        StubHub.sha256(try FileSystem.read("\(folder)/\(file.fileName)")) == file.sha256,
        "\(file.name)")
    }
  }
}
