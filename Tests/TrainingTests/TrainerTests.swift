// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINCalibration
import SPINCheckpoint
import SPINErrors
import SPINExecution
import SPINKernels
import SPINStorage
import SPINTestSupport
import SPINTraining
import Testing

/// What decides speed and memory, and when a run is interrupted, changes no bit of what is learnt.
struct TrainerTests {
  private let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  private var options: TrainingOptions {
    var options = TrainingOptions()
    options.learningRate = 2e-3
    options.batchSize = 4
    options.maxSteps = 9
    options.loggingSteps = 2
    options.weightDecay = 0.01
    options.warmupSteps = 2
    return options
  }

  /// The values and the history after a run.
  private func train(
    _ family: String, _ options: TrainingOptions, memory: FullModel.Memory = TinyTraining.memory,
    threads: Int = 1, batchTokens: Int = 1024, momentsInFile: Bool = false, in name: String = "run",
    device: (any DeviceKind)? = nil,
    shouldStop: () -> Bool = { false }, report: (TrainingEvent) -> Void = { _ in }
  ) throws -> (values: [[Float]], history: TrainingHistory) {
    let execution = Execution(on: device ?? CPU(threads: threads))
    let opened = execution.open()
    let model = try TinyTraining.model(family, memory: memory, on: opened)
    let trainer = try Trainer(
      model, samples: TinyTraining.samples(family), options: options,
      on: execution, batchTokens: batchTokens,
      momentsDirectory: momentsInFile ? folder.path + "/moments" : nil)
    let history = try trainer.run(
      in: "\(folder.path)/\(name)", identity: "\(family) \(options)", shouldStop: shouldStop,
      report: report)
    return (model.parameters.map { opened.values(of: $0.values) }, history)
  }

  /// On a device whose memory the program cannot touch, states saved and read again included.
  @Test(arguments: ["llama", "mistral", "qwen2", "qwen3"])
  func anotherDeviceChangesNoBit(family: String) throws {
    let expected = try train(family, options)
    let device = DistantDevice.Kind()
    #expect(try train(family, options, in: "there", device: device).values == expected.values)
    let narrow = FullModel.Memory(
      keepsGradients: false, pass: .init(keptStateBytes: 0, logitRows: 128))
    var steps = 0
    _ = try? train(
      family, options, memory: narrow, momentsInFile: false, in: "parts", device: device,
      shouldStop: {
        steps += 1
        return steps > 3
      })
    let found = try train(family, options, memory: narrow, in: "parts", device: device)
    #expect(found.values == expected.values)
  }

  /// A step whose loss or gradient is no number changes nothing, and is said with what to do.
  @Test func aLossThatIsNoNumberEndsTheRun() throws {
    var options = options
    options.learningRate = 1e30
    options.warmupSteps = 0
    options.maxGradientNorm = 1
    let model = try TinyTraining.model("llama")
    let trainer = try Trainer(
      model, samples: TinyTraining.samples("llama"), options: options, on: Execution(threads: 1))
    let error = try #require(throws: SPINError.self) {
      try trainer.run(in: folder.path + "/run", identity: "")
    }
    #expect(error.code == .checkFailed)
    #expect(error.message.hasPrefix("the loss of step 2 is "), "\(error)")
    #expect(error.remedy == "train with a lower learning rate")
    #expect(model.parameters.allSatisfy { $0.values.values.allSatisfy(\.isFinite) })
  }

  @Test(arguments: ["llama", "mistral", "qwen2", "qwen3"])
  func neitherThreadsNorMemoryChangeABit(family: String) throws {
    let expected = try train(family, options)
    #expect(expected.history.entries.count == 5)
    var place = 0
    for (threads, batchTokens) in [(2, 1024), (3, 20), (7, 1)] {
      for keepsGradients in [true, false] {
        place += 1
        let memory = FullModel.Memory(
          keepsGradients: keepsGradients,
          pass: .init(keptStateBytes: [0, 20_000, 1 << 30][place % 3], logitRows: 128))
        let found = try train(
          family, options, memory: memory, threads: threads, batchTokens: batchTokens,
          momentsInFile: place.isMultiple(of: 2), in: "run-\(place)")
        #expect(found.values == expected.values, "\(threads) threads, \(batchTokens) tokens")
        #expect(found.history == expected.history)
      }
    }
  }

  @Test func groupsUpdatedOnTheWayBackAreThoseUpdatedAtTheEnd() throws {
    var options = options
    options.maxGradientNorm = 0
    let early = try train(
      "qwen2", options,
      memory: .init(keepsGradients: false, pass: .init(keptStateBytes: 0, logitRows: 128)))
    // A bound that nothing reaches multiplies by exactly 1.
    options.maxGradientNorm = 1e30
    let late = try train("qwen2", options, in: "late")
    #expect(early.values == late.values)
  }

  @Test func microBatchesAreOneBatch() throws {
    let expected = try train("qwen2", options)
    for (batchSize, accumulation) in [(1, 4), (2, 2)] {
      var options = options
      (options.batchSize, options.accumulationSteps) = (batchSize, accumulation)
      let found = try train("qwen2", options, in: "run-\(accumulation)")
      #expect(found.values == expected.values && found.history == expected.history)
    }
  }

  /// A state whose numbers somebody changed is named; it neither traps nor trains on for ever.
  @Test(arguments: [
    ("steps", "-1", "which its other numbers contradict"),
    ("steps", "9007199254740992", "of a run that has 9"),
    ("steps", "9223372036854775807", "expected an integer from -2^53 to 2^53"),
    ("pending_steps", "-2", "which its other numbers contradict"),
    ("tokens", "-9", "which its other numbers contradict"),
  ])
  func aStateThatCannotBeIsNamed(key: String, value: String, message: String) throws {
    // How often it is asked within a step is nobody's business.
    var asked = 0
    #expect(throws: SPINError.self) {
      try train("llama", options) {
        asked += 1
        return asked == 4
      }
    }
    let path = folder.path + "/run/state.safetensors"
    let file = try FileSystem.read(path)
    let length = file[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = try #require(String(validating: file[8..<8 + length], as: UTF8.self))
    let member = try #require(header.firstRange(of: "\\\"\(key)\\\":"))
    let end = header[member.upperBound...].firstIndex { !$0.isNumber } ?? header.endIndex
    let text = header.replacingCharacters(in: member.upperBound..<end, with: value)
    var changed = Array(text.utf8)
    while changed.count % 8 != 0 { changed.append(UInt8(ascii: " ")) }
    let size = (0..<8).map { UInt8(changed.count >> (8 * $0) & 255) }
    try Data(size + changed + file[(8 + length)...]).write(to: URL(filePath: path))
    let error = #expect(throws: SPINError.self) { try train("llama", options) }
    #expect(error?.message.contains(message) == true, "\(error?.description ?? "nothing")")
    #expect(error?.remedy == "give restart: true to begin anew")
  }

  @Test(arguments: [false, true]) func anInterruptedRunGoesOn(momentsInFile: Bool) throws {
    var options = options
    options.evaluationSplit = 0.2
    options.evaluationSteps = 2
    options.saveSteps = 3
    let expected = try train("qwen3", options, momentsInFile: momentsInFile)
    #expect(expected.history.evaluations.count == 5)
    // Asked after each step but the last, and before each batch of samples held back.
    for stop in 1...13 {
      var questions = 0
      let name = "stop-\(stop)"
      #expect(throws: SPINError.self) {
        try train(
          "qwen3", options, momentsInFile: momentsInFile, in: name,
          shouldStop: {
            questions += 1
            return questions == stop
          })
      }
      let found = try train(
        "qwen3", options, threads: 2, momentsInFile: !momentsInFile, in: name)
      #expect(found.values == expected.values, "at question \(stop)")
      #expect(found.history == expected.history, "at question \(stop)")
    }
  }

  /// The samples held back may be many: a run stops between their batches, and measures them again later.
  @Test func aRunStopsWhileItMeasures() throws {
    var options = options
    options.batchSize = 2
    options.maxSteps = 3
    options.evaluationSplit = 0.5
    options.evaluationSteps = 3
    let expected = try train("llama", options)
    let heldBack = try TinyTraining.samples("llama").count / 2
    let batches = (heldBack + 1) / 2
    #expect(batches > 2 && expected.history.evaluations.count == 1)
    // Two steps are followed by another; the third by what is measured.
    for batch in 1...batches {
      var questions = 0
      let name = "batch-\(batch)"
      let error = #expect(throws: SPINError.self) {
        try train(
          "llama", options, in: name,
          shouldStop: {
            questions += 1
            return questions == 2 + batch
          })
      }
      #expect(error?.code == .interrupted && questions == 2 + batch)
      let found = try train("llama", options, in: name)
      #expect(found.values == expected.values && found.history == expected.history)
    }
  }

  @Test func anotherRunsStateIsRefused() throws {
    #expect(throws: SPINError.self) {
      try train("llama", options, shouldStop: { true })
    }
    var other = options
    other.learningRate = 1e-3
    #expect(throws: SPINError.self) { try train("llama", other) }
  }

  @Test func patienceEndsARunAtItsBestValues() throws {
    var options = options
    options.maxSteps = 60
    options.learningRate = 2e-2
    options.evaluationSplit = 0.3
    options.evaluationSteps = 3
    options.earlyStoppingPatience = 2
    let found = try train("llama", options)
    let best = try #require(found.history.best)
    #expect(found.history.stoppedEarly && found.history.stepCount == best.step + 6)
    let losses = found.history.evaluations.map(\.loss)
    #expect(losses.min() == best.loss && losses.last != best.loss)
    // The values are those of the step whose loss was the least: of the state that a run without patience leaves that is
    // stopped there.
    options.earlyStoppingPatience = nil
    var step = 0
    #expect(throws: SPINError.self) {
      try train(
        "llama", options, in: "part", shouldStop: { step == best.step },
        report: { if case .advanced(let progress) = $0 { step = progress.stepCount } })
    }
    let state = try SafetensorsFile(path: "\(folder.path)/part/state.safetensors")
    let model = try TinyTraining.model("llama")
    for (parameter, values) in zip(model.parameters, found.values) {
      let entry = try #require(state.entries.first { $0.name == parameter.name })
      let saved = entry.file.bytes(entry.byteRange)
      let bytes = values.flatMap { value in
        (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt32($0))) }
      }
      #expect(saved == bytes, "\(parameter.name)")
    }
  }

  @Test func everyEpochSeesEverySampleOnce() throws {
    var options = TrainingOptions()
    options.batchSize = 3
    options.epochCount = 2.5
    options.evaluationSplit = 0.25
    var order = try SampleOrder(sampleCount: 14, options: options)
    #expect(order.evaluation.count == 4 && order.stepsPerEpoch == 4 && order.stepCount == 10)
    #expect(Set(order.evaluation + order.training) == Set(0..<14))
    let steps = (0..<order.stepCount).map { order.samples(of: $0) }
    #expect(Set(steps[0..<4].joined()) == Set(order.training))
    #expect(steps[4..<8].joined().sorted() == order.training.sorted())
    #expect(Array(steps[0..<4].joined()) != Array(steps[4..<8].joined()))
    // In any order of asking.
    #expect(order.samples(of: 1) == steps[1] && order.samples(of: 9) == steps[9])
  }
}
