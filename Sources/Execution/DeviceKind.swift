// SPDX-License-Identifier: Apache-2.0

public import SPINKernels

/// A device that can be opened, as a value: what an `Execution` carries.
///
/// A new device brings a type of its own here, next to the `Device` that it opens.
public protocol DeviceKind: Sendable {
  /// What it computes with, for people: `2 threads`.
  var description: String { get }
  /// What its operations are made of, for records: `avx512`.
  var implementation: String { get }
  /// Threads of the program that it uses.
  var threads: Int { get }
  /// What decides the bits of its results.
  var arithmetic: Arithmetic { get }
  /// A device for one caller.
  func open() -> any Device
}

/// The processor of this machine.
public struct CPU: DeviceKind {
  /// How many threads share the work.
  public var threads: Int

  /// So many threads, taken as the nearest of 1 to `CPUDevice.maximumThreadCount`.
  public init(threads: Int = Machine.processorCount) { self.threads = threads }

  /// How many threads it uses.
  public var description: String { threads == 1 ? "1 thread" : "\(threads) threads" }
  /// The name of the instruction set in use.
  public var implementation: String { KernelSet.inUse.name }
  /// That of the instruction set.
  public var arithmetic: Arithmetic { .current }
  /// Threads that wait for work, and their scratch memory.
  public func open() -> any Device { CPUDevice(threadCount: threads) }
}
