// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINHub
import SPINStorage
import SPINTestSupport
import Testing

/// What the Hub says no to, and what it is asked again for.
struct RefusalTests {
  private func failure(
    _ status: Int, _ code: String, _ message: String = "", environment: [String: String] = [:]
  ) throws -> SPINError {
    let fixture = try HubFixture {
      $0.smallFiles = Array(
        repeating: .answer(
          status, "", headers: ["X-Error-Code": code, "X-Error-Message": message]), count: 20)
    }
    return try fixture.failure(environment)
  }

  @Test func gatedModelsAreNamedWithTheirPage() throws {
    let error = try failure(403, "GatedRepo")
    #expect(error.code == .noPermission && error.code.exitStatus == 77)
    #expect(error.description.hasPrefix("\(HubFixture.name): is gated"))
    #expect(error.remedy?.contains("/\(HubFixture.name), then set HF_TOKEN") == true)
    let known = try failure(403, "GatedRepo", environment: ["HF_TOKEN": "hf_x"])
    #expect(known.remedy?.contains("then check that the token belongs to an account") == true)
  }

  @Test func statusesAreToldApart() throws {
    #expect(try failure(403, "").code == .noPermission)
    let invalid = try failure(401, "", "Invalid credentials in Authorization header")
    #expect(invalid.code == .noPermission && invalid.message == "the Hub does not accept the token")
    #expect(try failure(404, "EntryNotFound").code == .missingInput)
    #expect(try failure(403, "", "Access to this resource is disabled.").code == .unavailable)
    #expect(try failure(418, "").code == .unavailable)
  }

  @Test func whatIsNotThereIsMissing() throws {
    let fixture = try HubFixture()
    let revision = try fixture.failure(revision: "v9")
    #expect(revision.code == .missingInput && revision.message == "has no revision \"v9\"")
    let other = try #require(HubReference("some-owner/other"))
    let error = #expect(throws: SPINError.self) { try fixture.library().model(other) }
    #expect(error?.code == .missingInput)
    #expect(error?.message.hasPrefix("no local folder and no model at ") == true)
  }

  @Test func busyServersAreAskedAgainWhenTheySay() throws {
    let fixture = try HubFixture {
      $0.smallFiles = [
        .answer(429, "", headers: ["Retry-After": "7"]),
        .answer(429, "", headers: ["RateLimit": "\"resolvers\";r=0;t=55"]),
        .answer(503, ""), .hangUp,
      ]
    }
    _ = try fixture.library().fetchModel(fixture.reference)
    let waits = fixture.clock.waits
    #expect(waits.count == 4 && waits[0] == 7 && waits[1] == 55 && waits[2] < 3 && waits[3] < 6)
    let told = fixture.events.all.compactMap { event -> Double? in
      if case .retrying(_, _, let seconds) = event { seconds } else { nil }
    }
    #expect(told.prefix(2) == [7, 55])
    let error = try failure(503, "")
    #expect(error.code == .unavailable && error.message.contains("status 503 in 6 attempts"))
    #expect(
      try failure(429, "").message
        == "too many requests (status 429) in 6 attempts")
    let patient = try HubFixture {
      $0.smallFiles = [.answer(429, "", headers: ["Retry-After": "86400"])]
    }
    #expect(try patient.failure().message == "the server asks to wait 86400 seconds")
  }

  @Test func nobodyThereIsSaidAtOnce() throws {
    let fixture = try HubFixture()
    // Port 9 (discard): connection refused.
    let error = try fixture.failure(["HF_ENDPOINT": "http://127.0.0.1:9"])
    #expect(error.code == .unavailable && error.message.contains("connection refused"))
    #expect(error.remedy?.contains("HF_ENDPOINT") == true && fixture.clock.waits.isEmpty)
  }

  /// An address by itself has nothing to do with the Hub.
  @Test func anAddressThatDoesNotAnswerIsNamed() throws {
    let library = try HubFixture().library()
    let error = #expect(throws: SPINError.self) { try library.webFile("http://127.0.0.1:9/a.csv") }
    #expect(
      error?.description
        == "http://127.0.0.1:9/a.csv: no answer from 127.0.0.1: connection refused; check the network and the "
        + "address")
  }

  @Test func silenceHasAnEnd() throws {
    let fixture = try HubFixture { $0.api = .silence }
    let error = try fixture.failure(["HF_HUB_DOWNLOAD_TIMEOUT": "1"])
    #expect(
      error.code == .unavailable && error.message == "the server sent nothing for 1 s in 6 attempts"
    )
  }

  @Test func offlineSaysWhatToDo() throws {
    let fixture = try HubFixture()
    let error = try fixture.failure(["HF_HUB_OFFLINE": "1"], revision: "v1")
    #expect(error.code == .missingInput)
    let used = #expect(throws: SPINError.self) {
      try fixture.library(["HF_HUB_OFFLINE": "1"]).model(fixture.reference("v1"))
    }
    #expect(used == error)
    #expect(
      error.remedy
        == "fetch it with the network: HF_HUB_OFFLINE=0 spin model fetch \(HubFixture.name)@v1")
    #expect(fixture.hub.requests.isEmpty)
    // A part of it is here.
    _ = try fixture.library().fetchModel(fixture.reference("v1"))
    try FileSystem.remove(fixture.snapshot + "/model.safetensors")
    let partial = try fixture.failure(["HF_HUB_OFFLINE": "1"], revision: "v1")
    #expect(partial.message.hasPrefix("is in the cache without model.safetensors"))
  }
}
