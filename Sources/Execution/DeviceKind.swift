// SPDX-License-Identifier: Apache-2.0

public import SPINKernels

/// A description of a device that can be opened, as stored in an `Execution`.
///
/// A new device provides a type that conforms to this protocol, next to the `Device` that it opens.
public protocol DeviceKind: Sendable {
  /// A human-readable description: `2 threads`.
  var description: String { get }
  /// The implementation of the operations, for records: `avx512`.
  var implementation: String { get }
  /// The number of threads that the device uses.
  var threads: Int { get }
  /// The arithmetic, which determines the bits of results.
  var arithmetic: Arithmetic { get }
  /// Opens a device for one caller.
  func open() -> any Device
}

/// The processor of this machine.
public struct CPU: DeviceKind {
  /// The number of threads that share the work.
  public var threads: Int

  /// The processor with a number of threads, which `open` clamps to 1 to
  /// `CPUDevice.maximumThreadCount`.
  public init(threads: Int = Machine.processorCount) { self.threads = threads }

  /// The number of threads: `2 threads`.
  public var description: String { threads == 1 ? "1 thread" : "\(threads) threads" }
  /// The name of the instruction set in use.
  public var implementation: String { KernelSet.inUse.name }
  /// The arithmetic of the instruction set in use.
  public var arithmetic: Arithmetic { .current }
  /// Opens a `CPUDevice` with its own threads and scratch memory.
  public func open() -> any Device { CPUDevice(threadCount: threads) }
}
