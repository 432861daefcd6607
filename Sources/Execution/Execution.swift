// SPDX-License-Identifier: Apache-2.0

import SPINErrors
public import SPINKernels
import SPINStorage

/// The resources of a computation: a device, a memory budget, a folder for scratch files.
///
///     let execution = Execution(threads: 8, maxMemory: 4_000_000_000)
///
/// It affects speed and memory; results depend on it only through the arithmetic of its device.
public struct Execution: Sendable {
  /// The kind of device that computes.
  public var device: any DeviceKind
  /// The memory budget, in bytes.
  public var maxMemory: Int
  /// The folder for scratch files; nil for one inside the output folder.
  public var scratchDirectory: String?
  /// The additional memory, in bytes, that later work will need, such as the pages that an edit
  /// changes; included in plans.
  package var reservedBytes = 0
  /// Collects the shortfalls of plans while a command is planned; nil if each plan throws its own
  /// error.
  package var survey: BudgetSurvey?

  /// Resources with any device.
  public init(
    on device: any DeviceKind, maxMemory: Int = Machine.defaultMemoryBudget,
    scratchDirectory: String? = nil
  ) {
    self.device = device
    self.maxMemory = maxMemory
    self.scratchDirectory = scratchDirectory
  }

  /// Resources with the processor of this machine, with all its active cores by default.
  public init(
    threads: Int = Machine.processorCount, maxMemory: Int = Machine.defaultMemoryBudget,
    scratchDirectory: String? = nil
  ) {
    self.init(on: CPU(threads: threads), maxMemory: maxMemory, scratchDirectory: scratchDirectory)
  }

  /// Opens a device for one caller, whose operations run one after the other.
  public func open() -> any Device { device.open() }

  /// The arithmetic of the device, which determines the bits of results.
  public var arithmetic: Arithmetic { device.arithmetic }

  /// A copy with a new survey, which collects the shortfalls of all plans until it is closed.
  package func surveyed() -> Execution {
    var execution = self
    execution.survey = BudgetSurvey()
    return execution
  }

  /// Requires that the minimum memory of some work is within the budget.
  ///
  /// - Parameters:
  ///   - smallest: The minimum memory that the work needs, in bytes.
  ///   - what: Subject and verb for the message: "these samples and this model need".
  ///   - remedy: An alternative to a larger budget: "score fewer matrices".
  /// - Throws: `SPINError` with code `usage` that names the smallest sufficient budget, unless an
  ///   open survey notes it.
  package func require(_ smallest: Int, what: String, remedy: String) throws {
    guard smallest > maxMemory else { return }
    let error = SPINError(
      .usage, at: .maxMemory,
      "is \(ByteText.text(maxMemory)), \(what) at least \((smallest + 999_999) / 1_000_000) MB",
      remedy: "allow more, or \(remedy)")
    guard survey?.notes(smallest, error) != true else { return }
    throw error
  }

  /// The memory, in bytes, that the program needs before any work: code, libraries and a tokenizer.
  package static let programBytes = 96 << 20
}
