// SPDX-License-Identifier: Apache-2.0

import SPINAdapters
import SPINStorage
import SPINTestSupport
import Testing

struct OrthogonalFrameTests {
  private func numbers(_ count: Int, seed: UInt64, scale: Double = 1) -> [Double] {
    var random = SeededGenerator(seed: seed)
    return random.floats(count).map { Double($0) * scale }
  }

  private func buffer(_ values: [Double]) -> [Float] { values.map(Float.init) }

  /// Q^T Q.
  private func products(_ matrix: [Double], rank: Int) -> [Double] {
    var result = [Double](repeating: 0, count: rank * rank)
    for row in stride(from: 0, to: matrix.count, by: rank) {
      for place in result.indices {
        result[place] += matrix[row + place / rank] * matrix[row + place % rank]
      }
    }
    return result
  }

  private func identity(_ rank: Int) -> [Double] {
    (0..<rank * rank).map { $0 / rank == $0 % rank ? 1 : 0 }
  }

  @Test(arguments: [(2, 1), (5, 4), (37, 5), (128, 16)])
  func columnsStayOrthonormalWhereverTrainingGoes(size: Int, rank: Int) {
    let frame = OrthogonalFrame(
      startingAt: numbers(size * rank, seed: 1), size: size, rank: rank)
    for scale in [0, 0.01, 1, 30] {
      let matrix = frame.matrix(buffer(numbers(size * rank, seed: 2, scale: scale)))
      #expect(normalizedError(products(matrix, rank: rank), identity(rank)) < 1e-12, "\(scale)")
    }
  }

  /// A matrix is its Q times an upper triangle with a positive diagonal.
  @Test func trainingStartsAtTheDecomposition() {
    let (size, rank) = (12, 4)
    let start = numbers(size * rank, seed: 3)
    let frame = OrthogonalFrame(startingAt: start, size: size, rank: rank)
    let matrix = frame.matrix([Float](repeating: 0, count: size * rank))
    for i in 0..<rank {
      for j in 0..<rank {
        let entry = (0..<size).reduce(0) { $0 + matrix[$1 * rank + i] * start[$1 * rank + j] }
        if i == j { #expect(entry > 0) }
        if i > j { #expect(abs(entry) < 1e-12) }
      }
    }
  }

  @Test(arguments: [(5, 1), (6, 4), (9, 3)])
  func gradientMatchesFiniteDifferences(size: Int, rank: Int) {
    let frame = OrthogonalFrame(
      startingAt: numbers(size * rank, seed: 4), size: size, rank: rank)
    let weights = numbers(size * rank, seed: 5)
    // Values that Float32 holds, and steps that it does not: the reflections are moved themselves.
    let free = numbers(size * rank, seed: 6, scale: 0.5)
    let reflectors = HouseholderReflectors(below: free, size: size, count: rank)
    let exact = reflectors.gradient(ofFirstColumns: weights)
    let numeric = centralDifferences(at: free) { point in
      zip(HouseholderReflectors(below: point, size: size, count: rank).firstColumns, weights)
        .reduce(0) { $0 + $1.0 * $1.1 }
    }
    #expect(normalizedError(exact, numeric) < 1e-8)
    // The base is linear: along a direction the gradients have to agree.
    let direction = numbers(size * rank, seed: 7)
    let step = 1.0 / 1024
    func loss(_ sign: Double) -> Double {
      let point = zip(free, direction).map { Double(Float($0 + sign * step * $1)) }
      return zip(frame.matrix(buffer(point)), weights).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let along = zip(frame.gradient(buffer(free), of: weights), direction)
      .reduce(0) { $0 + $1.0 * $1.1 }
    #expect(abs((loss(1) - loss(-1)) / (2 * step) - along) < 1e-3 * max(1, abs(along)))
  }

  /// What stands on the diagonal and above means nothing, and gets no gradient.
  @Test func onlyWhatLiesBelowTheDiagonalMatters() {
    let (size, rank) = (7, 3)
    let frame = OrthogonalFrame(
      startingAt: numbers(size * rank, seed: 8), size: size, rank: rank)
    let free = numbers(size * rank, seed: 9)
    let below = free.enumerated().map { $0 / rank > $0 % rank ? $1 : 0 }
    #expect(frame.matrix(buffer(free)) == frame.matrix(buffer(below)))
    let gradient = frame.gradient(buffer(free), of: numbers(size * rank, seed: 10))
    #expect(gradient.enumerated().allSatisfy { $0 / rank > $0 % rank || $1 == 0 })
    #expect(gradient.contains { $0 != 0 })
  }

  /// PyTorch's parametrization and its gradient by autograd, in double precision.
  ///
  /// Tolerance: fixtures are stored in Float32.
  @Test func matchesPyTorch() throws {
    let fixture = try Fixture(file: "loreft/start.safetensors")
    let shape = try fixture.shape("routine/free")
    let frame = OrthogonalFrame(
      startingAt: doubles(try fixture.floats("routine/gaussian")), size: shape[0], rank: shape[1])
    let free = try fixture.floats("routine/free")
    let matrix = frame.matrix(free)
    #expect(normalizedError(matrix, doubles(try fixture.floats("routine/rotation"))) < 1e-7)
    let gradient = frame.gradient(free, of: doubles(try fixture.floats("routine/d_rotation")))
    #expect(normalizedError(gradient, doubles(try fixture.floats("routine/d_free"))) < 2e-7)
  }
}
