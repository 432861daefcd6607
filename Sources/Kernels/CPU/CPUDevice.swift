// SPDX-License-Identifier: Apache-2.0

import CKernels
import SPINStorage
import Synchronization

/// The processor of this machine: a kernel set, a number of threads, and their scratch memory.
///
/// Work is cut into tasks by shape alone, each output is written by one task, and each sum has one
/// order; so no result depends on `threadCount`.
@safe public final class CPUDevice: Device {
  /// The most threads that share work.
  public static let maximumThreadCount = 1_024

  /// The kernels in use.
  public let kernelSet: KernelSet
  /// How many threads share the tasks of an operation.
  public let threadCount: Int

  /// `cpu`, its kernels and threads.
  public var description: String {
    "cpu, \(kernelSet.name), \(threadCount) thread\(threadCount == 1 ? "" : "s")"
  }
  /// That of the kernel set.
  public var arithmetic: Arithmetic { kernelSet.arithmetic }

  private var sharedScratch = FloatBuffer(count: 0)
  private var workerScratch: [FloatBuffer]
  private lazy var pool = WorkerPool(workerCount: threadCount - 1)
  /// Whether work is to be abandoned; checked on the caller's thread only.
  var stopCheck: (() -> Bool)?
  var lastStopCheck = ContinuousClock.now
  /// Whether it is; all threads look at this.
  let isAbandoned = Atomic<Bool>(false)

  /// - Parameters:
  ///   - threadCount: From 1 to `maximumThreadCount`; the nearest of these where it lies outside, which
  ///     changes no result. More threads than cores only cost time.
  ///   - kernelSet: The one in use unless a test asks for another.
  public init(threadCount: Int, kernelSet: KernelSet = .inUse) {
    let threadCount = min(max(threadCount, 1), Self.maximumThreadCount)
    self.threadCount = threadCount
    self.kernelSet = kernelSet
    workerScratch = (0..<threadCount).map { _ in FloatBuffer(count: 0) }
  }

  /// The functions of the kernel set.
  @unsafe var kernels: spin_kernels { unsafe kernelSet.table.pointee }
  /// Rows and columns of the register tile, to which packed matrices are padded.
  var tileRows: Int { unsafe kernelSet.table.pointee.tile_rows }
  var tileColumns: Int { unsafe kernelSet.table.pointee.tile_columns }

  /// Calls `body(worker, task)` for every task from 0 to `count`, on all threads.
  ///
  /// Tasks start in order but finish in any; `worker` numbers the calling thread from 0.
  func forEach(_ count: Int, _ body: (_ worker: Int, _ task: Int) -> Void) {
    guard threadCount > 1, count > 1 else {
      for task in 0..<count {
        guard !abandons() else { return }
        body(0, task)
      }
      return
    }
    let next = Atomic<Int>(0)
    // Others may have long tasks when the caller's last one is done.
    pool.run(onWait: stopCheck == nil ? nil : { _ = self.abandons() }) { worker in
      while true {
        guard !abandons(worker) else { return }
        let task = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard task < count else { return }
        body(worker, task)
      }
    }
  }

  /// Scratch memory that all threads share during one operation; its content is arbitrary.
  @unsafe func shared(_ count: Int) -> UnsafeMutablePointer<Float> {
    if sharedScratch.count < count { sharedScratch = FloatBuffer(count: count) }
    return unsafe sharedScratch.base
  }

  /// Scratch memory of each thread during one operation; its content is arbitrary.
  @unsafe func perWorker(_ count: Int) -> [UnsafeMutablePointer<Float>] {
    for worker in workerScratch.indices where workerScratch[worker].count < count {
      workerScratch[worker] = FloatBuffer(count: count)
    }
    return unsafe workerScratch.map { unsafe $0.base }
  }
}
