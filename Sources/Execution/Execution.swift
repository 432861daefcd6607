// SPDX-License-Identifier: Apache-2.0

import SPINErrors
public import SPINKernels
import SPINStorage

/// Where work is done and what it may take: a device, a memory budget, a folder for scratch files.
///
///     let execution = Execution(threads: 8, maxMemory: 4_000_000_000)
///
/// It decides speed and memory; but for the arithmetic of its device, no result depends on it.
public struct Execution: Sendable {
  /// The kind of device that computes.
  public var device: any DeviceKind
  /// The memory budget, in bytes.
  public var maxMemory: Int
  /// The folder of scratch files; nil for one inside the output folder.
  public var scratchDirectory: String?
  /// Bytes that later work will hold in addition, such as the pages that an edit changes; plans count them.
  package var reservedBytes = 0
  /// Where plans note what they lack while a command is planned; nil where each refuses for itself.
  package var survey: BudgetSurvey?

  /// Work on any device.
  public init(
    on device: any DeviceKind, maxMemory: Int = Machine.defaultMemoryBudget,
    scratchDirectory: String? = nil
  ) {
    self.device = device
    self.maxMemory = maxMemory
    self.scratchDirectory = scratchDirectory
  }

  /// Work on the processor of this machine; all of it by default.
  public init(
    threads: Int = Machine.processorCount, maxMemory: Int = Machine.defaultMemoryBudget,
    scratchDirectory: String? = nil
  ) {
    self.init(on: CPU(threads: threads), maxMemory: maxMemory, scratchDirectory: scratchDirectory)
  }

  /// A device for one caller, whose operations run one after the other.
  public func open() -> any Device { device.open() }

  /// What decides the bits of results that are computed here.
  public var arithmetic: Arithmetic { device.arithmetic }

  /// The same, with the shortfalls of all plans noted until the survey is closed.
  package func surveyed() -> Execution {
    var execution = self
    execution.survey = BudgetSurvey()
    return execution
  }

  /// Refuses work that needs more memory than the budget.
  ///
  /// - Parameters:
  ///   - smallest: Bytes that the work takes where it takes least.
  ///   - what: What needs them, as "these samples and this model need".
  ///   - remedy: What else can be done, as "score fewer matrices".
  /// - Throws: `SPINError` with code `usage` that names the smallest budget that would do; an open survey notes it.
  package func require(_ smallest: Int, what: String, remedy: String) throws {
    guard smallest > maxMemory else { return }
    let error = SPINError(
      .usage, at: .maxMemory,
      "is \(ByteText.text(maxMemory)), \(what) at least \((smallest + 999_999) / 1_000_000) MB",
      remedy: "allow more, or \(remedy)")
    guard survey?.notes(smallest, error) != true else { return }
    throw error
  }

  /// Bytes that the program takes before any work: itself, its libraries and a tokenizer.
  package static let programBytes = 96 << 20
}
