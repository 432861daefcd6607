// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import SPINHub
import SPINStorage
import SPINTestSupport
import Testing

/// Where files come to, and how little is sent for them.
struct FetchTests {
  @Test func filesAreWhereOthersLookForThem() throws {
    let fixture = try HubFixture()
    let snapshot = try fixture.library().fetchModel(fixture.reference)
    #expect(snapshot.path == fixture.snapshot && snapshot.commit == fixture.hub.commit)
    for file in fixture.hub.files where file.path != "onnx/model.onnx" {
      let path = "\(fixture.snapshot)/\(file.path)"
      #expect(FileSystem.symbolicLinkTarget(path) == "../../blobs/\(file.digest)", "\(file.path)")
      #expect(try FileSystem.read(path) == file.content)
    }
    let names = try FileSystem.names(in: fixture.snapshot)
    #expect(names == ["README.md", "config.json", "model.safetensors", "tokenizer.json"])
    #expect(try FileSystem.names(in: fixture.folder + "/blobs").count == 4)
    #expect(
      try String(decoding: FileSystem.read(fixture.folder + "/refs/main"), as: UTF8.self)
        == fixture.hub.commit)
    // Not all files of the repository are here: a list of them would make this snapshot incomplete.
    #expect(FileSystem.status(fixture.folder + "/trees") == nil)
    #expect(FileSystem.status(fixture.cache + "/CACHEDIR.TAG")?.kind == .file)
    #expect(
      FileSystem.status(
        "\(fixture.cache)/.locks/models--some-owner--A.model_1/\(fixture.weightDigest).lock")
        != nil)
  }

  @Test func whatIsHereIsNotAskedFor() throws {
    let fixture = try HubFixture()
    _ = try fixture.library().fetchModel(fixture.reference)
    let count = fixture.hub.requests.count
    let again = try fixture.library().model(fixture.reference)
    #expect(again.path == fixture.snapshot)
    let offline = try fixture.library(["HF_HUB_OFFLINE": "1"])
    #expect(try offline.model(fixture.reference).path == fixture.snapshot)
    #expect(try offline.model(fixture.reference(fixture.hub.commit)).path == fixture.snapshot)
    #expect(
      try offline.model(fixture.reference(String(fixture.hub.commit.prefix(8)))).path
        == fixture.snapshot)
    #expect(fixture.hub.requests.count == count, "something was sent")
    // Fetching asks whether the branch has moved on, and for the list of files.
    _ = try fixture.library().fetchModel(fixture.reference)
    #expect(fixture.hub.requests.count == count + 2 && fixture.hub.storeRequests.count == 1)
  }

  /// As the Hub resolves them; the commit is recorded under the name that was asked for.
  @Test(arguments: ["v1", "refs/pr/1", "short", "whole"]) func revisions(_ revision: String) throws
  {
    let fixture = try HubFixture()
    let name =
      switch revision {
      case "short": String(fixture.hub.commit.prefix(7))
      case "whole": fixture.hub.commit
      default: revision
      }
    let snapshot = try fixture.library().fetchModel(fixture.reference(name))
    #expect(snapshot.path == fixture.snapshot)
    let offline = try fixture.library(["HF_HUB_OFFLINE": "1"])
    #expect(try offline.model(fixture.reference(name)) == snapshot)
    let ref = FileSystem.status("\(fixture.folder)/refs/\(name)")
    #expect((ref == nil) == (revision == "whole"))
  }

  @Test func aRefusedModelCostsNoWeights() throws {
    let fixture = try HubFixture()
    var looked: [String] = []
    let error = #expect(throws: SPINError.self) {
      try fixture.library().model(fixture.reference) { folder in
        looked = try FileSystem.names(in: folder)
        throw SPINError(.malformedInput, at: "config.json", "is of another family")
      }
    }
    #expect(error?.message == "is of another family")
    #expect(looked == ["README.md", "config.json", "tokenizer.json"])
    #expect(fixture.hub.storeRequests.isEmpty, "weights were asked for")
  }

  @Test func thePlanComesFirst() throws {
    let fixture = try HubFixture()
    _ = try fixture.library().fetchModel(fixture.reference)
    guard case .plan(let plan) = fixture.events.all.first else {
      Issue.record("the first event is \(String(describing: fixture.events.all.first))")
      return
    }
    let wanted = fixture.hub.files.filter { $0.path != "onnx/model.onnx" }
    #expect(plan.fileCount == 4 && plan.byteCount == wanted.reduce(0) { $0 + $1.content.count })
    #expect(
      plan.repository == HubFixture.name && plan.commit == fixture.hub.commit
        && plan.resumedByteCount == 0)
    #expect(plan.folder == fixture.folder && plan.freeByteCount > 0)
  }

  @Test func shardsAreThoseOfTheIndex() throws {
    let index =
      #"{"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}"#
    func file(_ path: String, _ text: String, _ isLarge: Bool = false) -> StubHub.File {
      StubHub.File(path: path, content: Array(text.utf8), isLarge: isLarge)
    }
    let files = [
      file("config.json", "{}"), file("tokenizer.json", "{}"),
      file("model.safetensors.index.json", index),
      file("model-00001-of-00002.safetensors", "one", true),
      file("model-00002-of-00002.safetensors", "two", true),
      file("pytorch_model.bin", "pickle", true), file("original/consolidated.00.pth", "x", true),
      file("model.gguf", "x", true), file("flax_model.msgpack", "x", true), file("run.py", "x"),
    ]
    let fixture = try HubFixture(hub: StubHub(HubFixture.name, files: files))
    let snapshot = try fixture.library().model(fixture.reference)
    #expect(
      try FileSystem.names(in: snapshot.path) == [
        "config.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
        "model.safetensors.index.json", "tokenizer.json",
      ])
    let broken = try HubFixture(
      hub: StubHub(
        HubFixture.name, files: files.filter { $0.path != "model-00002-of-00002.safetensors" }))
    let error = #expect(throws: SPINError.self) { try broken.library().model(broken.reference) }
    #expect(
      error?.message.contains("\"model-00002-of-00002.safetensors\"") == true, "\(error as Any)")
    #expect(broken.hub.storeRequests.isEmpty)
  }

  @Test func pytorchWeightsAreFetchedOnRequestOnly() throws {
    let files = ["config.json": false, "tokenizer.json": false, "pytorch_model.bin": true].map {
      StubHub.File(path: $0.key, content: Array($0.key.utf8), isLarge: $0.value)
    }
    let fixture = try HubFixture(hub: StubHub(HubFixture.name, files: files))
    let error = #expect(throws: SPINError.self) { try fixture.library().model(fixture.reference) }
    #expect(error?.description.contains("spin model import") == true)
    #expect(fixture.hub.storeRequests.isEmpty)
    let snapshot = try fixture.library().fetchModel(fixture.reference)
    #expect(FileSystem.status(snapshot.path + "/pytorch_model.bin")?.kind == .file)
    #expect(
      fixture.events.all.contains { event in
        if case .note(let text) = event { text.contains("spin model import") } else { false }
      })
  }

  @Test(arguments: [
    ("model.gguf", "holds only GGUF weights (model.gguf)"),
    ("adapter_config.json", "holds an adapter, not a model"),
    ("model.onnx", "holds no safetensors, only model.onnx"),
    ("notes.txt", "holds no config.json"),
  ]) func whatIsNoModelIsNamed(_ name: String, _ message: String) throws {
    let hub = try StubHub(
      HubFixture.name, files: [StubHub.File(path: name, content: [1], isLarge: false)])
    let fixture = try HubFixture(hub: hub)
    let error = try fixture.failure()
    #expect(error.code == .malformedInput && error.message.hasPrefix(message), "\(error)")
  }

  @Test func filesMayTakeThePlaceOfLinks() throws {
    let fixture = try HubFixture()
    let environment = ["HF_HUB_DISABLE_SYMLINKS": "1"]
    let snapshot = try fixture.library(environment).fetchModel(fixture.reference)
    #expect(FileSystem.symbolicLinkTarget(snapshot.path + "/model.safetensors") == nil)
    #expect(try FileSystem.read(snapshot.path + "/model.safetensors") == HubFixture.weights)
    #expect(try FileSystem.names(in: fixture.folder + "/blobs").isEmpty)
    _ = try fixture.library(environment).fetchModel(fixture.reference)
    #expect(fixture.hub.storeRequests.count == 1)
  }

  @Test func listsComeInPages() throws {
    for host in [nil, "https://huggingface.co"] {
      let fixture = try HubFixture {
        $0.page = 2
        $0.otherNextHost = host
      }
      let snapshot = try fixture.library(["HF_TOKEN": "hf_secret"]).fetchModel(fixture.reference)
      #expect(try FileSystem.names(in: snapshot.path).count == 4)
      #expect(fixture.hub.requests.filter { $0.path.contains("/tree/") }.count == 3)
    }
  }

  @Test func theInventorySaysWhatIsUsable() throws {
    let fixture = try HubFixture()
    let library = try fixture.library()
    #expect(try library.inventory().isEmpty)
    _ = try library.fetchModel(fixture.reference("v1"))
    var entry = try #require(library.inventory().first)
    #expect(entry.revisions == ["v1"] && entry.missingFiles.isEmpty)
    #expect(entry.snapshot.reference.repository == HubFixture.name)
    #expect(
      entry.byteCount
        == fixture.hub.files.filter { $0.path != "onnx/model.onnx" }.reduce(0) {
          $0 + $1.content.count
        })
    try FileSystem.rename(fixture.blob, to: fixture.blob + ".incomplete")
    entry = try #require(library.inventory().first)
    #expect(entry.missingFiles == ["model.safetensors"] && entry.interruptedByteCount == 400_000)
    // The model is fetched again as far as it is missing: all bytes are there, so nothing comes.
    #expect(try library.model(fixture.reference("v1")).path == fixture.snapshot)
    #expect(fixture.hub.storeRequests.count == 1)
  }
}
