// SPDX-License-Identifier: Apache-2.0

import CKernels
import SPINStorage
import Synchronization

/// The processor of this machine: a kernel set, threads and their scratch memory.
///
/// Work is divided into tasks by shape alone, each output is written by one task, and each sum has
/// one order, so that no result depends on `threadCount`.
@safe public final class CPUDevice: Device {
  /// The maximum number of threads.
  public static let maximumThreadCount = 1_024

  /// The kernels in use.
  public let kernelSet: KernelSet
  /// The number of threads that share the tasks of an operation, the caller's included.
  public let threadCount: Int

  /// The instruction set and the number of threads: `cpu, avx512, 2 threads`.
  public var description: String {
    "cpu, \(kernelSet.name), \(threadCount) thread\(threadCount == 1 ? "" : "s")"
  }
  /// The arithmetic of the kernel set.
  public var arithmetic: Arithmetic { kernelSet.arithmetic }

  private var sharedScratch = FloatBuffer(count: 0)
  private var workerScratch: [FloatBuffer]
  private lazy var pool = WorkerPool(workerCount: threadCount - 1)
  /// Asks the caller whether to stop; called on the caller's thread only.
  var stopCheck: (() -> Bool)?
  var lastStopCheck = ContinuousClock.now
  /// Whether the work was stopped; read by all threads.
  let isAbandoned = Atomic<Bool>(false)

  /// Creates a device with a number of threads.
  ///
  /// - Parameters:
  ///   - threadCount: Clamped to 1 to `maximumThreadCount`, which changes no result. More threads than
  ///     cores only cost time.
  ///   - kernelSet: The set in use, unless a test needs another.
  public init(threadCount: Int, kernelSet: KernelSet = .inUse) {
    let threadCount = min(max(threadCount, 1), Self.maximumThreadCount)
    self.threadCount = threadCount
    self.kernelSet = kernelSet
    workerScratch = (0..<threadCount).map { _ in FloatBuffer(count: 0) }
  }

  /// The function table of the kernel set.
  @unsafe var kernels: spin_kernels { unsafe kernelSet.table.pointee }
  /// The rows of the register tile, to a multiple of which packed matrices are padded;
  /// `tileColumns` likewise.
  var tileRows: Int { unsafe kernelSet.table.pointee.tile_rows }
  var tileColumns: Int { unsafe kernelSet.table.pointee.tile_columns }

  /// Calls `body(worker, task)` for every task from 0 to `count` - 1, on all threads, and waits.
  ///
  /// Tasks start in order but finish in any order. `worker` is the number of the thread, 0 for the
  /// caller's. If the work is stopped, the remaining tasks are skipped.
  func forEach(_ count: Int, _ body: (_ worker: Int, _ task: Int) -> Void) {
    guard threadCount > 1, count > 1 else {
      for task in 0..<count {
        guard !abandons() else { return }
        body(0, task)
      }
      return
    }
    let next = Atomic<Int>(0)
    // The caller checks while it waits, since other threads may still be running long tasks.
    pool.run(onWait: stopCheck == nil ? nil : { _ = self.abandons() }) { worker in
      while true {
        guard !abandons(worker) else { return }
        let task = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard task < count else { return }
        body(worker, task)
      }
    }
  }

  /// Scratch memory that all threads share during one operation; its contents are undefined at
  /// first.
  @unsafe func shared(_ count: Int) -> UnsafeMutablePointer<Float> {
    if sharedScratch.count < count { sharedScratch = FloatBuffer(count: count) }
    return unsafe sharedScratch.base
  }

  /// Scratch memory of each thread during one operation; its contents are undefined at first.
  @unsafe func perWorker(_ count: Int) -> [UnsafeMutablePointer<Float>] {
    for worker in workerScratch.indices where workerScratch[worker].count < count {
      workerScratch[worker] = FloatBuffer(count: count)
    }
    return unsafe workerScratch.map { unsafe $0.base }
  }
}
