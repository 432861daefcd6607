// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINHub
import SPINStorage
import SPINTestSupport
import Testing

/// The token goes to the Hub and to nobody else.
struct TokenTests {
  private static let secret = "hf_secretOfTheTests"

  @Test func theTokenCrossesNoRedirect() throws {
    let fixture = try HubFixture { $0.cuts = (2, 1000) }
    let snapshot = try fixture.library(["HF_TOKEN": Self.secret]).fetchModel(fixture.reference)
    #expect(
      fixture.hub.requests.allSatisfy { $0.headers["authorization"] == "Bearer \(Self.secret)" })
    #expect(fixture.hub.storeRequests.count == 3)
    #expect(fixture.hub.storeRequests.allSatisfy { $0.headers["authorization"] == nil })
    // Nor does it stay anywhere.
    for name in try FileSystem.names(in: snapshot.path) {
      let text = String(decoding: try FileSystem.read("\(snapshot.path)/\(name)"), as: UTF8.self)
      #expect(!text.contains(Self.secret))
    }
  }

  /// Back to the Hub by way of another host: it is not sent again.
  @Test func theTokenDoesNotComeBack() throws {
    let fixture = try HubFixture()
    let other = try StubServer { _, request in
      .answer(302, "", headers: ["Location": String(request.path.dropFirst())])
    }
    let target =
      "\(other.address)/\(fixture.hub.address)/\(HubFixture.name)/resolve/\(fixture.hub.commit)/README.md"
    fixture.hub.setFaults {
      $0.smallFiles = [.answer(302, "", headers: ["Location": target])]
    }
    _ = try fixture.library(["HF_TOKEN": Self.secret]).fetchModel(fixture.reference)
    #expect(other.requests.count == 1 && other.requests[0].headers["authorization"] == nil)
    let bare = fixture.hub.requests.filter { $0.headers["authorization"] == nil }
    #expect(bare.map(\.path) == ["/\(HubFixture.name)/resolve/\(fixture.hub.commit)/README.md"])
  }

  @Test func theFileOfTheTokenIsRead() throws {
    let fixture = try HubFixture()
    try FileSystem.ensureDirectory(fixture.directory.file("hf"))
    try OutputFile.write(Array(" \(Self.secret)\n".utf8), to: fixture.directory.file("hf/token"))
    _ = try fixture.library().fetchModel(fixture.reference)
    #expect(fixture.hub.requests[0].headers["authorization"] == "Bearer \(Self.secret)")
    let other = try HubFixture(hub: fixture.hub)
    try OutputFile.write(Array("hf_other".utf8), to: fixture.directory.file("own"))
    _ = try other.library(["HF_TOKEN_PATH": fixture.directory.file("own")]).fetchModel(
      other.reference)
    #expect(fixture.hub.requests.last?.headers["authorization"] == "Bearer hf_other")
    let count = fixture.hub.requests.count
    let third = try HubFixture(hub: fixture.hub)
    _ = try third.library([
      "HF_TOKEN": Self.secret, "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
    ]).fetchModel(third.reference)
    #expect(fixture.hub.requests.dropFirst(count).allSatisfy { $0.headers["authorization"] == nil })
  }

  @Test func theTokenIsNotPrinted() throws {
    let fixture = try HubFixture()
    let settings = try fixture.library(["HF_TOKEN": Self.secret]).settings
    var dumped = ""
    dump(settings, to: &dumped)
    #expect(!"\(settings)\(String(reflecting: settings))\(dumped)".contains(Self.secret))
  }

  /// A name that begins as an address of this machine is somebody's name.
  @Test(arguments: [
    ("http://127.attacker.example", false), ("http://localhost.attacker.example:80", false),
    ("http://127.0.0.1:8080", true), ("http://[::1]:8080", true), ("https://mirror.example", true),
  ])
  func theTokenDoesNotGoToLookalikes(_ endpoint: String, _ isSent: Bool) throws {
    let settings = try HubSettings(environment: ["HF_ENDPOINT": endpoint, "HF_TOKEN": Self.secret])
    var dumped = ""
    dump(settings, to: &dumped)
    #expect(dumped.contains("[token]") == isSent)
  }
}
