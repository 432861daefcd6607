// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINCalibration
import SPINCheckpoint
import SPINDecoderNames
import SPINErrors
import SPINExecution
import SPINImportance
import SPINScores
import SPINStorage
import SPINTestSupport
import SPINTransformer
import Synchronization
import Testing

struct ImportanceScorerTests {
  @Test(arguments: Fixture.families) func scoresMatchTransformers(family: String) throws {
    let fixture = try ScoringFixture(family: family)
    let scores = ScoreDirectory(path: fixture.directory.file("scores"))
    try fixture.scorer(threads: 2).run(into: scores)
    for dataSet in fixture.dataSets {
      let file = try ScoreFile(path: scores.path(of: dataSet.name))
      #expect(file.matrices.count == 7 * fixture.decoder.configuration.layerCount)
      for matrix in file.matrices {
        let expected = doubles(
          try fixture.golden.floats("\(dataSet.name)/importance/\(matrix.tensor)"))
        var found = [Float](repeating: .nan, count: matrix.size)
        for (index, value) in zip(matrix.indices, matrix.values) { found[index] = value }
        // As the gradients it is made of; see DecoderTests.
        #expect(normalizedError(found, expected) < 2e-5, "\(dataSet.name) \(matrix.tensor)")
      }
      let expected = try fixture.golden.floats("\(dataSet.name)/loss")
      #expect(file.losses.count == dataSet.samples.count)
      for (sample, loss) in zip(dataSet.samples, file.losses) {
        #expect(abs(loss - Double(expected[sample.row])) < 1e-5)
      }
    }
  }

  /// Every way of cutting the work gives the same bytes.
  @Test(arguments: ["llama3", "mistral", "qwen3"])
  func scoresAreTheSameForAnyThreadsAndAnyBudget(family: String) throws {
    let fixture = try ScoringFixture(family: family, repeats: 3)
    var expected: [Data]?
    let smallest = try smallestBudget(of: fixture)
    for threads in [1, 2, 3, 7] {
      for budget in [smallest, smallest + 40_000, smallest + 400_000, 1 << 30] {
        let folder = fixture.directory.file("scores-\(threads)-\(budget)")
        let scorer = try fixture.scorer(threads: threads, maxMemory: budget + threads << 20)
        try scorer.run(into: ScoreDirectory(path: folder))
        let bytes = try fixture.bytes(in: folder)
        #expect(bytes == expected ?? bytes, "\(threads) threads, \(budget) bytes")
        expected = expected ?? bytes
      }
    }
  }

  @Test func keptStatesAndRecomputedOnesBothOccur() throws {
    let fixture = try ScoringFixture(family: "llama", repeats: 3)
    let smallest = try smallestBudget(of: fixture)
    let plans = try [smallest, smallest + 60_000, 1 << 30].map {
      try fixture.scorer(maxMemory: $0).plan
    }
    #expect(plans[0].keptStateBytes < plans[0].wholeStateBytes / 10)
    #expect(plans[1].keptStateBytes > 0 && plans[1].keptStateBytes < plans[1].wholeStateBytes)
    #expect(plans[2].keptStateBytes == plans[2].wholeStateBytes)
    #expect(plans[0].chunkTokens < plans[2].chunkTokens)
    for (plan, budget) in zip(plans, [smallest, smallest + 60_000, 1 << 30]) {
      #expect(plan.memoryBytes <= budget)
    }
  }

  /// The least budget, as the error of a smaller one names it, in bytes.
  private func smallestBudget(of fixture: ScoringFixture) throws -> Int {
    var (low, high) = (0, 1 << 30)
    while high - low > 1 {
      let middle = (low + high) / 2
      if (try? fixture.scorer(maxMemory: middle)) != nil { high = middle } else { low = middle }
    }
    return high
  }

  @Test func tooSmallBudgetNamesTheSmallestThatWouldDo() throws {
    let fixture = try ScoringFixture(family: "llama")
    let error = #expect(throws: SPINError.self) { try fixture.scorer(maxMemory: 1_000_000) }
    #expect(error?.code == .usage)
    #expect(
      error?.description.hasPrefix(
        "maxMemory: is 1.0 MB, these samples and this model need at least 10") == true)
  }

  @Test func targetDecidesWhichMatricesAreScoredAndNotTheirScores() throws {
    let fixture = try ScoringFixture(family: "qwen2")
    func scores(_ target: TargetModule) throws -> [TopScores] {
      let folder = ScoreDirectory(path: fixture.directory.file(target.rawValue))
      try fixture.scorer(target: target).run(into: folder)
      return try ScoreFile(path: folder.path(of: "privacy")).matrices
    }
    let all = try scores(.all)
    let parts = try scores(.feedForward) + scores(.selfAttention)
    #expect(Set(parts.map(\.tensor)) == Set(all.map(\.tensor)))
    for part in parts { #expect(all.contains(part)) }
  }

  /// All that is computed is computed by the device: the program reaches into no memory of it, and what it keeps copies
  /// of has told it of every change.
  @Test(arguments: Fixture.families) func anotherDeviceGivesTheSameBytes(family: String) throws {
    let fixture = try ScoringFixture(family: family)
    let expected = fixture.directory.file("here")
    try fixture.scorer().run(into: ScoreDirectory(path: expected))
    let found = fixture.directory.file("there")
    try fixture.scorer(device: DistantDevice.Kind()).run(into: ScoreDirectory(path: found))
    #expect(try fixture.bytes(in: found) == fixture.bytes(in: expected))
  }

  /// Their way back is not that of weights: what would be left out is refused.
  @Test func changedHiddenStatesAreNotScored() throws {
    let fixture = try ScoringFixture(family: "llama")
    let size = fixture.decoder.configuration.hiddenSize
    let error = #expect(throws: SPINError.self) {
      try ImportanceScorer(
        decoder: fixture.decoder.adding(.made(layers: [0], positions: "f1", size: size)),
        modelFiles: [:], dataSets: fixture.dataSets, tool: "test", on: Execution(threads: 1))
    }
    #expect(error?.code == .unavailable)
  }

  @Test func interruptedRunGoesOnToTheSameBytes() throws {
    let fixture = try ScoringFixture(family: "qwen3")
    let whole = fixture.directory.file("whole")
    try fixture.scorer().run(into: ScoreDirectory(path: whole))
    let expected = try fixture.bytes(in: whole)
    // Stop ever later; each time a fresh run takes over, with other resources.
    let folder = fixture.directory.file("parts")
    var stops = 0
    for pause in 1... {
      var steps = 0
      var resumed: [Int] = []
      do {
        try fixture.scorer(threads: pause % 3 + 1).run(
          into: ScoreDirectory(path: folder),
          shouldStop: {
            steps += 1
            return steps > 2
          },
          report: { if case .resumed(let count, _) = $0 { resumed.append(count) } })
        break
      } catch let error as SPINError where error.code == .interrupted {
        stops += 1
        #expect(pause == 1 || resumed == [2 * (pause - 1)])
      }
    }
    #expect(stops >= 6)
    #expect(try fixture.bytes(in: folder) == expected)
    #expect(FileSystem.status(folder + "/.scoring") == nil)
  }

  /// A byte of an interrupted run's state that was changed is found, or it decides nothing.
  @Test(arguments: [3, 7, 10, 14]) func changedStateIsAnErrorOrHarmless(_ steps: Int) throws {
    let fixture = try ScoringFixture(family: "llama")
    let whole = fixture.directory.file("whole")
    try fixture.scorer().run(into: ScoreDirectory(path: whole))
    let expected = try fixture.bytes(in: whole)
    let stopped = fixture.directory.file("stopped")
    var count = 0
    #expect(throws: SPINError.self) {
      try fixture.scorer().run(
        into: ScoreDirectory(path: stopped),
        shouldStop: {
          count += 1
          return count > steps
        })
    }
    let files = try FileSystem.names(in: stopped + "/.scoring").map { ".scoring/" + $0 }
    var generator = SeededGenerator(seed: UInt64(steps))
    var found = 0
    for trial in 0..<24 {
      let folder = fixture.directory.file("changed-\(trial)")
      try FileManager.default.copyItem(atPath: stopped, toPath: folder)
      let path = folder + "/" + files[trial % files.count]
      let size = FileSystem.status(path)?.byteCount ?? 0
      guard size > 0 else { continue }
      let file = try RandomAccessFile(path: path, .update)
      let place = Int.random(in: 0..<size, using: &generator)
      let byte = try file.read(count: 1, at: place)[0]
      try file.write([byte ^ UInt8(1 << Int.random(in: 0..<8, using: &generator))], at: place)
      do {
        try fixture.scorer().run(into: ScoreDirectory(path: folder))
        #expect(try fixture.bytes(in: folder) == expected, "byte \(place) of \(path)")
      } catch let error as SPINError {
        found += 1
        #expect([.malformedInput, .cannotCreate].contains(error.code), "\(error)")
        try fixture.scorer().run(into: ScoreDirectory(path: folder), restart: true)
        #expect(try fixture.bytes(in: folder) == expected)
      }
    }
    #expect(found > 4)
  }

  /// `kill -9` at every operation on the file system, as far as it can be played in a process: the
  /// operation and all later ones never happen.
  @Test func killedAtAnyOperationTheNextRunEndsWithTheSameBytes() throws {
    let fixture = try ScoringFixture(family: "llama")
    let whole = fixture.directory.file("whole")
    try fixture.scorer(keep: .entries(40)).run(into: ScoreDirectory(path: whole))
    let expected = try fixture.bytes(in: whole)
    struct Killed: Error {}
    var kills = 0
    for step in 1... {
      let folder = fixture.directory.file("killed-\(step)")
      let counter = Counter()
      let scorer = try fixture.scorer(keep: .entries(40))
      let killed = try FileFault.withHook(
        below: folder, { _, _ in if counter.next() >= step { throw Killed() } }
      ) {
        do {
          try scorer.run(into: ScoreDirectory(path: folder))
          return false
        } catch { return true }
      }
      guard killed else { break }
      kills += 1
      try scorer.run(into: ScoreDirectory(path: folder))
      #expect(try fixture.bytes(in: folder) == expected, "killed at operation \(step)")
    }
    #expect(kills > 50)
  }

  /// Killed between the last score file and the end: the next run of the same command finds nothing else to do.
  @Test func leftoversBesideCompleteScoresAreRemoved() throws {
    let fixture = try ScoringFixture(family: "llama")
    let folder = ScoreDirectory(path: fixture.directory.file("scores"))
    let scorer = try fixture.scorer(target: .feedForward)
    struct Killed: Error {}
    // The removals at the end never happen.
    #expect(throws: Killed.self) {
      try FileFault.withHook(
        below: folder.path, { if $0 == .remove, $1.hasSuffix("/journal.jsonl") { throw Killed() } }
      ) { try scorer.run(into: folder) }
    }
    #expect(FileSystem.status(folder.path + "/.scoring") != nil)
    let before = try fixture.bytes(in: folder.path)
    try scorer.run(into: folder)
    #expect(FileSystem.status(folder.path + "/.scoring") == nil)
    #expect(try fixture.bytes(in: folder.path) == before)
  }

  /// A run that is refused leaves the unfinished state of another one as it was.
  @Test func aRefusedRunLeavesTheStateOfAnother() throws {
    let fixture = try ScoringFixture(family: "llama", repeats: 2)
    let smaller = try ScoringFixture(family: "llama")
    let folder = ScoreDirectory(path: fixture.directory.file("scores"))
    var count = 0
    #expect(throws: SPINError.self) {
      try fixture.scorer().run(
        into: folder,
        shouldStop: {
          count += 1
          return count > 7
        })
    }
    let path = folder.path + "/.scoring/activations"
    let before = try FileSystem.read(path)
    #expect(throws: SPINError.self) { try smaller.scorer().run(into: folder) }
    #expect(try FileSystem.read(path) == before)
    try fixture.scorer().run(into: folder)
  }

  @Test func scoresOfSomethingElseAreNotReplacedUnlessAskedFor() throws {
    let fixture = try ScoringFixture(family: "llama")
    let folder = ScoreDirectory(path: fixture.directory.file("scores"))
    try fixture.scorer(target: .feedForward).run(into: folder)
    let before = try fixture.bytes(in: folder.path)
    #expect(try fixture.scorer(target: .feedForward).isComplete(at: folder))
    #expect(try !fixture.scorer(target: .all).isComplete(at: folder))
    let error = #expect(throws: SPINError.self) {
      try fixture.scorer(target: .all).run(into: folder)
    }
    #expect(error?.code == .cannotCreate)
    #expect(try fixture.bytes(in: folder.path) == before)
    try fixture.scorer(target: .all).run(into: folder, restart: true)
    #expect(try fixture.bytes(in: folder.path) != before)
  }

  @Test func scratchFolderHoldsTheScratchFileAndIsLeftClean() throws {
    let fixture = try ScoringFixture(family: "llama")
    let scratch = fixture.directory.file("scratch")
    let plain = fixture.directory.file("plain")
    let folder = fixture.directory.file("scores")
    try fixture.scorer().run(into: ScoreDirectory(path: plain))
    var seen: [String] = []
    try fixture.scorer(scratch: scratch).run(
      into: ScoreDirectory(path: folder),
      report: { _ in seen = (try? FileSystem.names(in: scratch)) ?? [] })
    #expect(seen.count == 1)
    #expect(try FileSystem.names(in: scratch).isEmpty)
    #expect(try fixture.bytes(in: folder) == fixture.bytes(in: plain))
  }

  @Test func foldersOfAScratchFileThatCannotBeGoAgain() throws {
    let fixture = try ScoringFixture(family: "llama")
    let typo = fixture.directory.file("typo")
    let folder = ScoreDirectory(path: fixture.directory.file("scores"))
    // The second file there is the scratch file itself, opened for writing.
    let count = Mutex(0)
    #expect(throws: SPINError.self) {
      try FileFault.withHook(below: typo) { operation, path in
        guard operation == .create, path.hasSuffix(".activations") else { return }
        if count.withLock({
          $0 += 1; return $0
        }) == 2 {
          throw SPINError(.inputOutput, at: path, "the disk is full")
        }
      } _: {
        try fixture.scorer(scratch: typo + "/deep").run(into: folder)
      }
    }
    #expect(FileSystem.status(typo) == nil)
    // And the same command works once there is room.
    try fixture.scorer(scratch: typo + "/deep").run(into: folder)
  }

  /// Folders for scratch files are shared: two runs with equal inputs, and links that somebody put there.
  @Test func scratchFilesAreNobodyElses() throws {
    let fixture = try ScoringFixture(family: "llama")
    let scratch = fixture.directory.file("scratch")
    let folders = ["a", "b"].map { ScoreDirectory(path: fixture.directory.file($0)) }
    var count = 0
    // Each waits in the middle while the other goes on.
    for folder in folders {
      count = 0
      #expect(throws: SPINError.self) {
        try fixture.scorer(scratch: scratch).run(
          into: folder,
          shouldStop: {
            count += 1
            return count > 9
          })
      }
    }
    let names = try FileSystem.names(in: scratch)
    #expect(names.count == 2)
    // A file elsewhere that a link of the same name would hit.
    let precious = fixture.directory.file("precious")
    try Data("mine".utf8).write(to: URL(filePath: precious))
    try FileSystem.remove("\(scratch)/\(names[0])")
    _ = try FileSystem.makeSymbolicLink("\(scratch)/\(names[0])", to: precious)
    for folder in folders { try fixture.scorer(scratch: scratch).run(into: folder) }
    #expect(try fixture.bytes(in: folders[0].path) == fixture.bytes(in: folders[1].path))
    #expect(try Data(contentsOf: URL(filePath: precious)) == Data("mine".utf8))
    #expect(try FileSystem.names(in: scratch) == [names[0]])
  }
}

/// Counts calls; the hook that uses it is called on one thread.
private final class Counter: @unchecked Sendable {
  private var count = 0
  func next() -> Int {
    count += 1
    return count
  }
}
