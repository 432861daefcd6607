// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJobs
import SPINTestSupport
import Testing

/// Models and data files by name: the commands on a stub of the Hugging Face Hub, from an empty cache.
@Suite(.timeLimit(.minutes(5)))
struct HubTests {
  private static let name = "some-owner/tiny"

  /// A job whose model is on a stub of the Hub.
  private struct HubJob {
    let job: SmallJob
    let hub: StubHub
    let home: TemporaryDirectory

    init(configuration: (String) -> String = { $0 }) throws {
      job = try SmallJob()
      home = try TemporaryDirectory()
      let job = job
      let files = try ["config.json", "tokenizer.json", "model.safetensors"].map { name in
        var content = try bytes(of: job.model + "/" + name)
        if name == "config.json" {
          content = Array(configuration(String(decoding: content, as: UTF8.self)).utf8)
        }
        return StubHub.File(path: name, content: content, isLarge: name == "model.safetensors")
      }
      hub = try StubHub(HubTests.name, files: files)
    }

    /// The arguments of the job with the model's name in place of its folder.
    func named(_ arguments: [String], revision: String = "") -> [String] {
      arguments.map { $0 == job.model ? HubTests.name + revision : $0 }
    }

    func run(_ arguments: [String], _ more: [String: String] = [:]) throws -> Program.Outcome {
      let environment = hub.environment(home: home.path).merging(more) { $1 }
      return try Program.start(arguments, environment: environment).wait()
    }

    var snapshot: String {
      "\(home.path)/hf/hub/models--some-owner--tiny/snapshots/\(hub.commit)"
    }
  }

  /// The same weights by name and by folder: the same result, with the commit on record.
  @Test func aRunByNameIsTheRunOfItsFolder() throws {
    let hub = try HubJob()
    let named = try hub.run(hub.named(hub.job.run))
    #expect(named.status == 0, "\(named)")
    #expect(
      named.standardError.hasPrefix("fetch    \(Self.name)@\(hub.hub.commit.prefix(12)): 3 files, ")
    )
    let folder = try SmallJob()
    #expect(try Program.run(folder.run).status == 0)
    let source = "fetched from \(Self.name)@\(hub.hub.commit)"
    let manifest = try object(hub.job.out + "/manifest.json")
    let origin = manifest["identity"]?.object?["model_origin"]?.object
    #expect(origin?["repository"]?.string == Self.name)
    #expect(origin?["commit"]?.string == hub.hub.commit)
    #expect(
      try object(folder.out + "/manifest.json")["identity"]?.object?["model_origin"] == nil)
    let patch = try Patch(path: hub.job.out + "/patch.json")
    let other = try Patch(path: folder.out + "/patch.json")
    #expect(patch.base.origin == source && patch.base.name == Self.name && other.base.origin == nil)
    #expect(patch.tensors == other.tensors && patch.base.files == other.base.files)
    for name in SmallJob.dataSets {
      let scores = try ScoreFile(path: "\(hub.job.out)/scores/\(name).safetensors")
      let others = try ScoreFile(path: "\(folder.out)/scores/\(name).safetensors")
      #expect(scores.provenance.modelOrigin == source && others.provenance.modelOrigin == nil)
      #expect(scores.provenance.yieldsSameScores(as: others.provenance))
      #expect(scores.matrices == others.matrices)
    }
    // From the cache: nothing is sent, and the finished run is known.
    let count = hub.hub.requests.count
    let again = try hub.run(hub.named(hub.job.run, revision: "@main") + ["--offline"])
    #expect(again.status == 0 && hub.hub.requests.count == count, "\(again)")
    // The same weights in a folder: the scores are theirs too.
    #expect(try hub.run(hub.job.score + ["--out", hub.job.out + "/scores"]).status == 0)
    let shown = try hub.run(["patch", "show", hub.job.out + "/patch.json"])
    #expect(shown.standardOutput.contains(source))
  }

  /// A misspelt file costs no download.
  @Test(arguments: ["--text", "--questions", "--exclude-overlap", "--scores"])
  func whatIsMissingHereIsSaidBeforeWeightsAreFetched(_ option: String) throws {
    let hub = try HubJob()
    let value = option == "--questions" ? "a=absent.csv" : "absent.csv"
    try write("questions\nwhy?\n".utf8, to: hub.job.path + "/q.csv")
    let asked = option == "--exclude-overlap" ? ["--questions", "q=\(hub.job.path)/q.csv"] : []
    let outcome = try hub.run(hub.named(hub.job.run) + asked + [option, value])
    #expect(outcome.status == 66, "\(outcome)")
    #expect(
      outcome.standardError.hasSuffix(
        "spin: absent.csv: no such file or folder; check \(option) \(value)\n"))
    #expect(hub.hub.storeRequests.isEmpty)
  }

  @Test func modelsAreFetchedListedAndFound() throws {
    let hub = try HubJob()
    #expect(try hub.run(["model", "list"]).standardOutput.hasPrefix("no models in "))
    let absent = try hub.run(["model", "path", Self.name])
    #expect(absent.status == 66 && absent.standardOutput == "")
    #expect(
      absent.standardError.hasSuffix("fetch it with the network: spin model fetch \(Self.name)\n"))
    let fetched = try hub.run(["model", "fetch", Self.name + "@v1"])
    #expect(fetched.status == 0 && fetched.standardOutput == hub.snapshot + "\n", "\(fetched)")
    let list = try hub.run(["model", "list"]).standardOutput.split(separator: "\n")
    #expect(list.count == 2 && list[1].hasPrefix(Self.name) && list[1].hasSuffix("  usable"))
    #expect(list[1].contains(" v1  \(hub.hub.commit.prefix(12)) "))
    let json = try hub.run(["model", "fetch", Self.name + "@v1", "--json", "--quiet"])
    #expect(
      json.standardError == "" && json.standardOutput.contains("\"commit\": \"\(hub.hub.commit)\""))
    #expect(
      try hub.run(["model", "path", Self.name + "@v1"]).standardOutput == hub.snapshot + "\n")
    let wrong = try hub.run(["model", "fetch", "tiny"])
    #expect(
      wrong.status == 64 && wrong.standardError.contains("\"tiny\" is no repository of the Hub"))
  }

  /// Every command that takes a model takes a name.
  @Test(arguments: [
    ["inspect", "MODEL"],
    [
      "generate", "MODEL", "--prompts", "DATA", "--prompt-column", "prompt", "--max-new-tokens",
      "1",
    ],
    ["data", "lint", "DATA", "--model", "MODEL"], ["patch", "diff", "MODEL", "MODEL"],
    ["score", "MODEL", "--data", "a=DATA", "--out", "OUT", "--nsamples", "2", "--dry-run"],
    ["train", "lora", "MODEL", "--data", "DATA", "--out", "OUT", "--dry-run", "--no-append-eos"],
    ["evaluate", "perplexity", "MODEL", "--text", "TEXT", "--window", "8", "--text-limit", "8"],
  ]) func commandsTakeNames(_ arguments: [String]) throws {
    let hub = try HubJob()
    let words = arguments.map {
      switch $0 {
      case "MODEL": Self.name
      case "OUT": hub.job.out
      case "TEXT": hub.job.path + "/text.txt"
      default: $0.replacing("DATA", with: hub.job.data("privacy"))
      }
    }
    try write("one two three four five six seven".utf8, to: hub.job.path + "/text.txt")
    let offline = try hub.run(words + ["--offline"])
    #expect(offline.status == 66, "\(offline)")
    #expect(offline.standardError.contains("spin model fetch \(Self.name)"))
    #expect(hub.hub.requests.isEmpty)
    _ = try hub.run(["model", "fetch", Self.name])
    let count = hub.hub.requests.count
    let outcome = try hub.run(words)
    #expect(outcome.status == 0, "\(outcome)")
    #expect(hub.hub.requests.count == count)
  }

  @Test func aFolderOfThatNameWins() throws {
    let hub = try HubJob()
    _ = try hub.run(["model", "fetch", Self.name])
    let folder = try TemporaryDirectory()
    try FileManager.default.createDirectory(
      atPath: folder.file("some-owner"), withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: hub.job.model, toPath: folder.file(Self.name))
    let outcome = try Program.start(
      ["inspect", Self.name], environment: hub.hub.environment(home: hub.home.path), in: folder.path
    ).wait()
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.standardOutput.contains("path               \(Self.name)\n"))
    #expect(
      outcome.standardError
        == "warning: using the local folder \(Self.name); the Hugging Face cache also has a model of "
        + "that name (\(hub.snapshot))\n")
  }

  /// What cannot be used, and what is only planned, costs no weights.
  @Test func weightsComeLast() throws {
    let refused = try HubJob { $0.replacing("\"llama\"", with: "\"mamba\"") }
    let outcome = try refused.run(["inspect", Self.name])
    #expect(outcome.status == 69, "\(outcome)")
    #expect(
      outcome.standardError.contains(
        "spin: \(Self.name): config.json: key \"model_type\": is \"mamba\""))
    #expect(refused.hub.storeRequests.isEmpty)
    let hub = try HubJob()
    let planned = try hub.run(hub.named(hub.job.run) + ["--dry-run"])
    #expect(planned.status == 0, "\(planned)")
    #expect(planned.standardError.hasPrefix("fetch    \(Self.name)@"))
    #expect(
      planned.standardError.contains("\nplan     the rest of the plan needs the model's weights: "))
    #expect(hub.hub.storeRequests.isEmpty && hub.hub.requests.count > 3)
  }

  /// The shared cache is not edited.
  @Test func theCacheIsNotPatchedInPlace() throws {
    let hub = try HubJob()
    #expect(try hub.run(hub.named(hub.job.run)).status == 0)
    let before = try bytes(of: hub.snapshot + "/model.safetensors")
    let outcome = try hub.run([
      "patch", "apply", Self.name, hub.job.out + "/patch.json", "--in-place",
    ])
    #expect(outcome.status == 73 && outcome.standardError.contains("as in the Hugging Face cache"))
    #expect(try bytes(of: hub.snapshot + "/model.safetensors") == before)
    let copy = try hub.run([
      "patch", "apply", Self.name, hub.job.out + "/patch.json", "--out", hub.job.path + "/patched",
    ])
    #expect(copy.status == 0, "\(copy)")
  }

  @Test func gatedModelsHaveAStatusOfTheirOwn() throws {
    let hub = try HubJob()
    hub.hub.setFaults {
      $0.smallFiles = [.answer(403, "", headers: ["X-Error-Code": "GatedRepo"])]
    }
    let outcome = try hub.run(["inspect", Self.name])
    #expect(outcome.status == 77 && outcome.standardOutput == "", "\(outcome)")
    #expect(outcome.standardError.contains("spin: \(Self.name): is gated"))
  }

  @Test func dataFilesHaveNames() throws {
    let job = try SmallJob()
    let home = try TemporaryDirectory()
    let content = try bytes(of: job.data("privacy"))
    let hub = try StubHub(
      "some-owner/sets", kind: "datasets",
      files: [StubHub.File(path: "data/privacy.csv", content: content, isLarge: false)])
    let server = try StubServer { _, _ in .bytes(200, content) }
    let environment = hub.environment(home: home.path)
    let digest = FileDigest.sha256(content)
    let named = "some-owner/sets:data/privacy.csv"
    let address = server.address + "/privacy.csv"
    func run(_ arguments: [String]) throws -> Program.Outcome {
      try Program.start(arguments, environment: environment).wait()
    }
    let fetched = try run(["data", "fetch", named, address])
    #expect(fetched.status == 0, "\(fetched)")
    let lines = fetched.standardOutput.split(separator: "\n")
    #expect(
      lines.count == 2
        && lines.allSatisfy { $0.hasPrefix(digest + "  /") && $0.hasSuffix("/privacy.csv") })
    let plain = try run(["data", "lint", job.data("privacy")])
    for name in [named, address] {
      let lint = try run(["data", "lint", name])
      #expect(lint.status == 0 && lint.standardOutput == plain.standardOutput, "\(lint)")
      #expect(lint.standardError.contains("data     \(name): SHA-256 \(digest)\n"))
    }
    let scored = try run(
      ["score"] + job.scoring.map { $0.replacing(job.data("privacy"), with: named) }
        + ["--out", job.out])
    #expect(scored.status == 0, "\(scored)")
    let file = try ScoreFile(path: job.out + "/privacy.safetensors")
    #expect(file.provenance.dataFile == "privacy.csv" && file.provenance.dataDigest == digest)
    let count = (hub.requests.count, server.requests.count)
    let offline = try run(["data", "lint", named, address, "--offline"])
    #expect(offline.status == 0 && hub.requests.count == count.0, "\(offline)")
    #expect(server.requests.count == count.1)
    #expect(try run(["data", "lint", "some-owner/sets:b.csv", "--offline"]).status == 66)
    let unknown = try run(["data", "lint", "spin:fairnes"])
    #expect(unknown.status == 64 && unknown.standardError.contains("spin:fairness, "))
    #expect(try run(["data", "fetch", "nothing.csv"]).status == 64)
  }

  private func object(_ path: String) throws -> JSONObject {
    try JSON(parsing: bytes(of: path), path: path).requireObject(at: path)
  }
}
