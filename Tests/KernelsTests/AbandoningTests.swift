// SPDX-License-Identifier: Apache-2.0

import SPINKernels
import SPINStorage
import Testing

/// Work that is abandoned ends at once, and what comes after it is as if it had not been.
struct AbandoningTests {
  struct Failure: Error {}

  private static func sum(_ device: CPUDevice) -> [Float] {
    let one = MatrixView(FloatBuffer(Array(repeating: 1, count: 640)), rows: 640, columns: 1)
    let sum = MatrixView(rows: 640, columns: 1)
    for _ in 0..<10 { device.add(sum, one, result: sum) }
    return sum.values
  }

  @Test(arguments: [1, 2, 5]) func operationsEndAtOnce(threads: Int) throws {
    let device = CPUDevice(threadCount: threads)
    let expected = Self.sum(device)
    let clock = ContinuousClock()
    let start = clock.now
    var asked = 0
    let one = MatrixView(FloatBuffer(Array(repeating: 1, count: 640)), rows: 640, columns: 1)
    let total = MatrixView(rows: 640, columns: 1)
    let result: Int? = try device.unlessStopped({
      asked += 1
      return clock.now - start > .milliseconds(200)
    }) {
      // Without end, were it not abandoned.
      while !device.wasAbandoned { device.add(total, one, result: total) }
      let before = total.values
      device.add(total, one, result: total)
      #expect(total.values == before, "an operation after the end did something")
      return 1
    }
    #expect(result == nil)
    #expect(clock.now - start < .seconds(10))
    // Some twenty times a second.
    #expect((2...5).contains(asked))
    #expect(Self.sum(device) == expected)
  }

  @Test func whatIsNotStoppedIsComputed() throws {
    let device = CPUDevice(threadCount: 2)
    let plain = Self.sum(device)
    #expect(try device.unlessStopped({ false }) { Self.sum(device) } == plain)
    #expect(throws: Failure.self) {
      try device.unlessStopped({ false }) { () throws -> Int in throw Failure() }
    }
    #expect(Self.sum(device) == plain)
  }

  /// Numbers that were not computed are no news of a damaged model.
  @Test func anErrorOfAbandonedWorkIsNone() throws {
    let device = CPUDevice(threadCount: 1)
    let one = MatrixView(FloatBuffer([1]), rows: 1, columns: 1)
    let result: Int? = try device.unlessStopped({ true }) {
      while !device.wasAbandoned { device.add(one, one, result: one) }
      throw Failure()
    }
    #expect(result == nil)
    #expect(!device.wasAbandoned)
  }
}
