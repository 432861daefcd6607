// SPDX-License-Identifier: Apache-2.0

/// How far `found` is from `expected`: the largest difference over the largest expected magnitude.
///
/// One number for a whole matrix: elements that happen to be near zero are held to the scale of
/// their neighbors, as rounding errors of sums are.
public func normalizedError(_ found: [Float], _ expected: [Double]) -> Double {
  precondition(found.count == expected.count, "different sizes")
  let scale = expected.lazy.map(abs).max() ?? 0
  let difference = zip(found, expected).lazy.map { abs(Double($0) - $1) }.max() ?? 0
  if difference.isNaN || zip(found, expected).contains(where: { $0.0.isNaN != $0.1.isNaN }) {
    return .infinity
  }
  return scale == 0 ? difference : difference / scale
}

/// Central differences of a function at a point: (f(x + h) - f(x - h)) / 2h for each component.
///
/// With h = 1e-5 in double precision the truncation error is about h^2 and the rounding error about
/// 1e-16 / h, so agreement to 1e-8 of the scale can be asked for.
public func centralDifferences(
  at point: [Double], step: Double = 1e-5, _ function: ([Double]) -> Double
) -> [Double] {
  point.indices.map { index in
    var (above, below) = (point, point)
    above[index] += step
    below[index] -= step
    return (function(above) - function(below)) / (2 * step)
  }
}

/// The largest difference between two lists, over the largest magnitude of the second.
public func normalizedError(_ found: [Double], _ expected: [Double]) -> Double {
  precondition(found.count == expected.count, "different sizes")
  let scale = expected.lazy.map(abs).max() ?? 0
  let difference = zip(found, expected).lazy.map { abs($0 - $1) }.max() ?? 0
  if difference.isNaN { return .infinity }
  return scale == 0 ? difference : difference / scale
}

/// Widens.
public func doubles(_ values: [Float]) -> [Double] { values.map(Double.init) }
