// SPDX-License-Identifier: Apache-2.0

import CKernels
public import SPINStorage
import Synchronization

extension CPUDevice {
  /// Performs one step of AdamW and sets the gradients to zero.
  ///
  /// - Throws: `SPINError` if the moments are in a file that cannot be read or written; some tiles
  ///   may have been updated by then.
  public func adamW(
    _ values: FloatBuffer, gradient: FloatBuffer, moments: AdamWMoments, _ step: AdamWStep
  ) throws {
    precondition(moments.count == values.count, "moments: count")
    precondition(gradient.count >= values.count, "gradient: count")
    let kernels = unsafe kernels
    let tile = AdamWMoments.tile
    let scratch = unsafe perWorker(2 * min(tile, values.count))
    let failure = Mutex<(any Error)?>(nil)
    let coefficients = step.coefficients
    forEach((values.count + tile - 1) / tile) { worker, task in
      let range = task * tile..<min(values.count, (task + 1) * tile)
      do {
        try unsafe moments.update(range, room: scratch[worker]) { mean, square in
          var coefficients = coefficients
          unsafe kernels.adamw(
            values.base + range.lowerBound, gradient.base + range.lowerBound, mean, square,
            range.count, &coefficients)
        }
      } catch {
        failure.withLock { $0 = $0 ?? error }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
  }

  /// The sum of the squares of the first `count` elements, in double precision.
  ///
  /// Order of sums: sixteen interleaved partial sums in each block of 32,768 elements, added in a
  /// fixed tree; then the blocks in order.
  public func sumOfSquares(_ values: FloatBuffer, count: Int) -> Double {
    precondition(count <= values.count, "count")
    let kernels = unsafe kernels
    let tile = AdamWMoments.tile
    var sums = [Double](repeating: 0, count: (count + tile - 1) / tile)
    let taskCount = sums.count
    unsafe sums.withUnsafeMutableBufferPointer { sums in
      let sums = unsafe sums
      forEach(taskCount) { _, task in
        unsafe sums[task] = kernels.sum_of_squares(
          values.base + task * tile, min(tile, count - task * tile))
      }
    }
    return sums.reduce(0, +)
  }

  /// Sets the first `count` elements to zero.
  public func clear(_ values: FloatBuffer, count: Int) {
    precondition(count <= values.count, "count")
    let tile = AdamWMoments.tile
    forEach((count + tile - 1) / tile) { _, task in
      unsafe (values.base + task * tile).update(
        repeating: 0, count: min(tile, count - task * tile))
    }
  }
}
