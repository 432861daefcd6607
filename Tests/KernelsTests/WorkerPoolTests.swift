// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINKernels
import SPINStorage
import Testing

/// Threads share every operation's tasks, whether they are awake, asleep, or more than processors.
struct WorkerPoolTests {
  @Test(arguments: [1, 2, 3, 7]) func everyTaskOfEveryOperationIsDone(threads: Int) {
    let device = CPUDevice(threadCount: threads)
    // Rows are shared in blocks of 32: five tasks.
    let one = MatrixView(FloatBuffer(Array(repeating: 1, count: 160)), rows: 160, columns: 1)
    let sum = MatrixView(rows: 160, columns: 1)
    for operation in 1...5000 {
      device.add(sum, one, result: sum)
      // Long enough that workers fall asleep.
      if operation.isMultiple(of: 250) { Thread.sleep(forTimeInterval: 0.001) }
    }
    #expect(sum.values == Array(repeating: 5000, count: 160))
  }

  /// No number of threads ends the program or takes its memory: no result depends on it.
  @Test(arguments: [Int.min, -1, 0, 1, 1_024, 1_025, Int.max])
  func everyThreadCountIsTakenAsTheNearestPossible(asked: Int) {
    let device = CPUDevice(threadCount: asked)
    #expect(device.threadCount == min(max(asked, 1), CPUDevice.maximumThreadCount))
  }

  @Test func manyCallersDoNotDisturbEachOther() async {
    await withTaskGroup(of: [Float].self) { group in
      for caller in 1...8 {
        group.addTask {
          let device = CPUDevice(threadCount: 3)
          let step = MatrixView(
            FloatBuffer(Array(repeating: Float(caller), count: 96)), rows: 96, columns: 1)
          let sum = MatrixView(rows: 96, columns: 1)
          for _ in 0..<500 { device.add(sum, step, result: sum) }
          return sum.values
        }
      }
      var found: Set<[Float]> = []
      for await values in group { found.insert(values) }
      #expect(found == Set((1...8).map { Array(repeating: Float(500 * $0), count: 96) }))
    }
  }
}
