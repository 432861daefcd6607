// SPDX-License-Identifier: Apache-2.0

/// NumPy's default random generator, bit for bit: `numpy.random.default_rng(seed)`.
///
/// `datasets.shuffle(seed)` draws its order from this generator, so the rows which the SPIN paper's
/// code scores are found again only by the same generator. It is PCG64, that is PCG XSL-RR 128/64
/// (O'Neill 2014, "PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms for
/// Random Number Generation"), seeded by NumPy's `SeedSequence` (numpy/random/bit_generator.pyx).
public struct NumPyGenerator: Sendable {
  private static let multiplier: UInt128 = 0x2360_ED05_1FC6_5DA4_4385_DF64_9FCC_F645

  private var state: UInt128
  private let increment: UInt128
  /// The upper half of a 64-bit draw whose lower half a 32-bit draw used.
  private var bufferedHalf: UInt32?

  /// The same as `numpy.random.default_rng(seed)`.
  public init(seed: UInt64) {
    let words = SeedSequence(seed: seed).state(wordCount: 8)
    func quad(_ index: Int) -> UInt128 {
      UInt128(words[2 * index]) | UInt128(words[2 * index + 1]) << 32
    }
    let initialState = quad(0) << 64 | quad(1)
    let initialSequence = quad(2) << 64 | quad(3)
    increment = initialSequence << 1 | 1
    state = 0
    step()
    state &+= initialState
    step()
  }

  /// The next 64 bits, as `PCG64.random_raw` gives them.
  public mutating func next64() -> UInt64 {
    step()
    let mixed = UInt64(truncatingIfNeeded: state >> 64) ^ UInt64(truncatingIfNeeded: state)
    let turn = UInt64(truncatingIfNeeded: state >> 122)
    return mixed >> turn | mixed << ((64 &- turn) & 63)
  }

  /// The numbers 0 ..< `count` in random order: `default_rng(seed).permutation(count)`.
  ///
  /// - Precondition: `count` is not negative.
  /// - Complexity: O(`count`).
  public mutating func permutation(_ count: Int) -> [Int] {
    precondition(count >= 0, "count must not be negative")
    var order = Array(0..<count)
    var last = count - 1
    while last > 0 {
      order.swapAt(last, Int(bounded(by: UInt64(last))))
      last -= 1
    }
    return order
  }

  /// A number from 0 through `limit`: masked draws, repeated until one is small enough.
  private mutating func bounded(by limit: UInt64) -> UInt64 {
    let mask = UInt64.max >> UInt64(limit.leadingZeroBitCount)
    while true {
      let draw = limit <= UInt64(UInt32.max) ? UInt64(next32()) : next64()
      if draw & mask <= limit { return draw & mask }
    }
  }

  private mutating func next32() -> UInt32 {
    if let half = bufferedHalf {
      bufferedHalf = nil
      return half
    }
    let draw = next64()
    bufferedHalf = UInt32(truncatingIfNeeded: draw >> 32)
    return UInt32(truncatingIfNeeded: draw)
  }

  private mutating func step() { state = state &* Self.multiplier &+ increment }
}

/// NumPy's `SeedSequence` for one integer: spreads a seed over a pool of four words.
struct SeedSequence {
  private(set) var pool: [UInt32] = [0, 0, 0, 0]
  private var hashConstant: UInt32 = 0x43B0_D7E5

  /// Entropy is the seed's 32-bit words, lowest first; zero is one word.
  init(seed: UInt64) {
    let entropy = [UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)]
    // A missing word hashes like a zero word, and 64 bits never exceed the pool of four.
    for index in pool.indices { pool[index] = hash(index < 2 ? entropy[index] : 0) }
    for source in pool.indices {
      for target in pool.indices where target != source {
        pool[target] = Self.mix(pool[target], hash(pool[source]))
      }
    }
  }

  /// The words with which a bit generator is seeded (`generate_state`).
  func state(wordCount: Int) -> [UInt32] {
    var constant: UInt32 = 0x8B51_F9DD
    return (0..<wordCount).map { index in
      var value = pool[index % pool.count] ^ constant
      constant &*= 0x58F3_8DED
      value &*= constant
      return value ^ value >> 16
    }
  }

  private mutating func hash(_ word: UInt32) -> UInt32 {
    var value = word ^ hashConstant
    hashConstant &*= 0x931E_8875
    value &*= hashConstant
    return value ^ value >> 16
  }

  private static func mix(_ x: UInt32, _ y: UInt32) -> UInt32 {
    let value = 0xCA01_F9DD &* x &- 0x4973_F715 &* y
    return value ^ value >> 16
  }
}
