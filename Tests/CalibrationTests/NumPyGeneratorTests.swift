// SPDX-License-Identifier: Apache-2.0

import SPINCalibration
import Testing

/// Expected values: numpy 2.4.6, `default_rng(seed).permutation(n)` and `PCG64(seed).random_raw(n)`.
@Suite struct NumPyGeneratorTests {
  static let shortPermutations: [(seed: UInt64, order: [Int])] = [
    (0, [4, 6, 2, 7, 3, 5, 9, 0, 8, 1]),
    (42, [5, 6, 0, 7, 3, 2, 4, 9, 1, 8]),
    (0, [9, 2, 7, 4, 5, 11, 0, 3, 6, 10, 8, 1]),
    (1, [8, 11, 4, 7, 5, 0, 1, 9, 2, 10, 6, 3]),
    (1234, [0, 9, 11, 5, 6, 2, 8, 4, 7, 1, 3, 10]),
    ((1 << 40) + 7, [8, 2, 6, 1, 11, 9, 3, 7, 4, 5, 0, 10]),
    (.max, [8, 6, 3, 2, 11, 0, 4, 7, 1, 5, 9, 10]),
  ]

  @Test(arguments: shortPermutations)
  func permutationsEqualNumPys(seed: UInt64, order: [Int]) {
    var generator = NumPyGenerator(seed: seed)
    #expect(generator.permutation(order.count) == order)
  }

  static let longPermutations: [(seed: UInt64, count: Int, head: [Int], tail: [Int], sum: Int)] = [
    (0, 1000, [459, 206, 222, 162, 711, 814], [801, 975, 607], 250_930_667),
    (7, 52002, [41447, 26319, 40251, 12108, 11397], [27285, 16809, 19083], 35_053_326_394_432),
    ((1 << 40) + 7, 2165, [2009, 668, 2070, 811, 2021], [1039, 1653, 426], 2_528_717_196),
  ]

  @Test(arguments: longPermutations)
  func longPermutationsEqualNumPys(
    seed: UInt64, count: Int, head: [Int], tail: [Int], sum: Int
  ) {
    var generator = NumPyGenerator(seed: seed)
    let order = generator.permutation(count)
    #expect(Array(order.prefix(head.count)) == head)
    #expect(Array(order.suffix(tail.count)) == tail)
    // Weighted by position, so that any two exchanged numbers change it.
    #expect(order.enumerated().reduce(0) { $0 + ($1.offset + 1) * $1.element } == sum)
  }

  @Test(
    arguments: [
      (
        0,
        [
          0xa30f_ebcf_d9c2_825f, 0x4510_bdf8_82d9_d721, 0x0a7d_3da9_4ecd_e8b8,
          0x043b_27b6_1342_f01d,
        ]
      ),
      (
        42,
        [
          0xc621_fbcd_16d9_2688, 0x705a_5661_a791_ffc1, 0xdbcd_12c2_6eda_1624,
          0xb286_b60e_1600_888d,
        ]
      ),
      (
        (1 << 40) + 7,
        [
          0xd46e_9e20_34de_21aa, 0x415b_adc9_9c08_7675, 0x275e_d40f_045a_cb84,
          0xacac_5475_8134_b98b,
        ]
      ),
    ] as [(UInt64, [UInt64])])
  func rawDrawsEqualNumPys(seed: UInt64, draws: [UInt64]) {
    var generator = NumPyGenerator(seed: seed)
    #expect(draws.map { _ in generator.next64() } == draws)
  }

  @Test func aSecondPermutationContinuesTheStreamAsNumPyDoes() {
    var generator = NumPyGenerator(seed: 0)
    #expect(generator.permutation(5) == [2, 4, 3, 0, 1])
    #expect(generator.permutation(5) == [4, 1, 2, 0, 3])
  }

  @Test func permutationsOfNothingAndOfOneDrawNothing() {
    var generator = NumPyGenerator(seed: 3)
    var untouched = generator
    #expect(generator.permutation(0) == [])
    #expect(generator.permutation(1) == [0])
    #expect(generator.next64() == untouched.next64())
  }
}
