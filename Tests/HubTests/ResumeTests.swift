// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINEndpoint
import SPINErrors
import SPINHub
import SPINStorage
import SPINTestSupport
import Synchronization
import Testing

/// Downloads that end before their time: what has come stays, and what comes out is right.
struct ResumeTests {
  @Test func cutConnectionsGoOnWhereTheyWere() throws {
    let fixture = try HubFixture { $0.cuts = (3, 70_000) }
    _ = try fixture.library().fetchModel(fixture.reference)
    #expect(try FileSystem.read(fixture.blob) == HubFixture.weights)
    let ranges = fixture.hub.storeRequests.map { $0.headers["range"] }
    #expect(ranges == [nil, "bytes=70000-", "bytes=140000-", "bytes=210000-"])
    #expect(fixture.hub.storeRequests.allSatisfy { $0.headers["accept-encoding"] == "identity" })
  }

  @Test func serversWithoutRangesAreBornWith() throws {
    let fixture = try HubFixture {
      $0.cuts = (2, 150_000)
      $0.ignoresRanges = true
    }
    _ = try fixture.library().fetchModel(fixture.reference)
    #expect(try FileSystem.read(fixture.blob) == HubFixture.weights)
  }

  /// More cuts than attempts, but something comes each time; then nothing comes.
  @Test func attemptsCountFromTheLastByte() throws {
    let fixture = try HubFixture { $0.cuts = (12, 30_000) }
    _ = try fixture.library().fetchModel(fixture.reference)
    #expect(fixture.hub.storeRequests.count == 13)
    let stuck = try HubFixture { $0.store = Array(repeating: .hangUp, count: 50) }
    let error = try stuck.failure()
    #expect(error.code == .unavailable && error.message == "the connection was cut in 6 attempts")
    #expect(stuck.hub.storeRequests.count == 6)
  }

  @Test func theNextRunGoesOn() throws {
    let fixture = try HubFixture {
      $0.cuts = (1, 250_000)
      $0.store = []
    }
    // Stops when a quarter of a million bytes are there.
    let partial = fixture.blob + ".incomplete"
    let stopped = #expect(throws: SPINError.self) {
      try fixture.library(shouldStop: { (FileSystem.status(partial)?.byteCount ?? 0) >= 250_000 })
        .fetchModel(fixture.reference)
    }
    #expect(stopped?.code == .interrupted)
    #expect(FileSystem.status(partial)?.byteCount == 250_000)
    #expect(FileSystem.status(fixture.blob) == nil)
    #expect(FileSystem.status(fixture.snapshot + "/model.safetensors", following: false) == nil)
    _ = try fixture.library().fetchModel(fixture.reference)
    #expect(fixture.hub.storeRequests.last?.headers["range"] == "bytes=250000-")
    #expect(try FileSystem.read(fixture.blob) == HubFixture.weights)
    #expect(FileSystem.status(partial, following: false) == nil)
  }

  /// What a killed huggingface_hub leaves has a name of its own.
  @Test func leftoversOfOthersAreUsed() throws {
    let fixture = try HubFixture()
    try FileSystem.ensureDirectory(fixture.folder + "/blobs")
    for (name, count) in [("0a1b2c3d", 1000), ("99999999", 300_000), ("zzzzzzzz", 390_000)] {
      try OutputFile.write(
        Array(HubFixture.weights.prefix(count)), to: "\(fixture.blob).\(name).incomplete")
    }
    _ = try fixture.library().fetchModel(fixture.reference)
    #expect(fixture.hub.storeRequests.map { $0.headers["range"] } == ["bytes=300000-"])
    #expect(try FileSystem.read(fixture.blob) == HubFixture.weights)
  }

  @Test func whatDoesNotFitIsFetchedAgain() throws {
    let fixture = try HubFixture()
    try FileSystem.ensureDirectory(fixture.folder + "/blobs")
    try OutputFile.write([UInt8](repeating: 7, count: 1000), to: fixture.blob + ".incomplete")
    _ = try fixture.library().fetchModel(fixture.reference)
    #expect(fixture.hub.storeRequests.map { $0.headers["range"] } == ["bytes=1000-", nil])
    #expect(try FileSystem.read(fixture.blob) == HubFixture.weights)
    // A blob that is shorter than it should be, and one of another program's that is whole.
    try OutputFile.write([1, 2], to: fixture.blob)
    _ = try fixture.library().fetchModel(fixture.reference)
    #expect(try FileSystem.read(fixture.blob) == HubFixture.weights)
    try FileSystem.remove(fixture.snapshot + "/model.safetensors")
    let count = fixture.hub.storeRequests.count
    _ = try fixture.library().fetchModel(fixture.reference)
    #expect(fixture.hub.storeRequests.count == count)
  }

  /// `kill -9` before every operation on the file system in turn; a dead process does not clean up.
  @Test func killedRunsGoOnFromAnywhere() throws {
    struct Killed: Error {}
    var point = 0
    var wasKilled = true
    while wasKilled {
      let fixture = try HubFixture(weights: Array(HubFixture.weights.prefix(100_000))) {
        $0.cuts = (1, 60_000)
      }
      let left = Atomic(point)
      wasKilled = false
      do {
        _ = try FileFault.withHook(below: fixture.directory.path) { _, _ in
          if left.subtract(1, ordering: .relaxed).newValue < 0 { throw Killed() }
        } _: {
          try fixture.library().fetchModel(fixture.reference)
        }
      } catch is Killed { wasKilled = true }
      if wasKilled {
        // Nothing is there under its name that is not whole.
        for file in fixture.hub.files {
          let path = "\(fixture.folder)/blobs/\(file.digest)"
          if FileSystem.status(path) != nil {
            #expect(try FileSystem.read(path) == file.content, "\(file.path) at \(point)")
          }
        }
        let snapshot = try fixture.library().fetchModel(fixture.reference)
        #expect(
          try FileSystem.read(snapshot.path + "/model.safetensors") == fixture.hub.files[2].content)
        // huggingface_hub takes other names here for damage.
        let known: Set = [".locks", "CACHEDIR.TAG", "models--some-owner--A.model_1"]
        #expect(try known.isSuperset(of: FileSystem.names(in: fixture.cache)), "at \(point)")
        #expect(try FileSystem.names(in: fixture.folder + "/refs") == ["main"], "at \(point)")
        #expect(try fixture.library(["HF_HUB_OFFLINE": "1"]).model(fixture.reference) == snapshot)
      }
      point += 1
    }
    #expect(point > 20, "only \(point) operations")
  }

  @Test func fullDisksKeepWhatCame() throws {
    let fixture = try HubFixture { $0.cuts = (1, 100_000) }
    let writes = Atomic(0)
    let error = #expect(throws: SPINError.self) {
      try FileFault.withHook(below: fixture.blob) { operation, path in
        if operation == .write, writes.add(1, ordering: .relaxed).newValue > 1 {
          throw SPINError.cannotWrite(path, errno: ENOSPC)
        }
      } _: {
        try fixture.library().fetchModel(fixture.reference)
      }
    }
    #expect(error?.code == .inputOutput && error?.remedy?.hasPrefix("free some disk space") == true)
    #expect(FileSystem.status(fixture.blob) == nil)
    #expect((FileSystem.status(fixture.blob + ".incomplete")?.byteCount ?? 0) > 0)
    _ = try fixture.library().fetchModel(fixture.reference)
    #expect(try FileSystem.read(fixture.blob) == HubFixture.weights)
  }

  /// Only Linux has this place where nobody may write, whoever asks.
  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: "/proc/self/status"), "this system has no /proc"))
  func cachesThatCannotBeWrittenAreNamed() throws {
    let fixture = try HubFixture()
    let error = try fixture.failure(["HF_HUB_CACHE": "/proc/spin-cache"])
    #expect(error.code == .cannotCreate && error.location == "/proc/spin-cache")
  }

  @Test func othersWhoFetchTheSameAreWaitedFor() throws {
    let fixture = try HubFixture()
    let lock = "\(fixture.cache)/.locks/models--some-owner--A.model_1/\(fixture.weightDigest).lock"
    try FileSystem.ensureDirectory(FileSystem.parent(of: lock))
    let held = try #require(try FileLock.acquire(lock))
    #expect(try FileLock.acquire(lock) == nil)
    let asked = Atomic(0)
    let error = #expect(throws: SPINError.self) {
      try fixture.library(shouldStop: {
        fixture.events.all.contains { if case .waiting = $0 { true } else { false } }
          && asked.add(1, ordering: .relaxed).newValue > 3
      }).fetchModel(fixture.reference)
    }
    #expect(error?.code == .interrupted)
    #expect(fixture.events.all.contains(.waiting(file: "\(HubFixture.name): model.safetensors")))
    #expect(fixture.hub.storeRequests.isEmpty)
    held.release()
    _ = try fixture.library().fetchModel(fixture.reference)
  }

  @Test func twoAtOnceMakeOneCopy() async throws {
    let fixture = try HubFixture(weights: Array(HubFixture.weights.prefix(150_000)))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask {
          let library = HubLibrary(
            try HubSettings(environment: fixture.hub.environment(home: fixture.directory.path)))
          _ = try library.fetchModel(fixture.reference)
        }
      }
      try await group.waitForAll()
    }
    #expect(
      try FileSystem.read(fixture.snapshot + "/model.safetensors") == fixture.hub.files[2].content)
    #expect(fixture.hub.storeRequests.count == 1)
    #expect(try FileSystem.names(in: fixture.folder + "/blobs").count == 4)
  }
}
