// SPDX-License-Identifier: Apache-2.0

import SPINKernels

/// What the rows that pass through a block are to each other: which of them the attention sees together, and at
/// which positions they stand.
public enum TokenRows {
  /// Whole samples, one after the other.
  case samples([Range<Int>])
  /// Texts that begin alike, their trunk only once.
  case branched(BranchedRows, BranchedAttention)
  /// The newest position of each of several sequences, whose earlier ones a cache has; the caches gain it.
  case newest(KeyValueCaches)

  /// y = x W^T + b: rows that are many add in one order, the newest positions of sequences in another, which
  /// suits few.
  func multiply(_ input: MatrixView, _ terms: [LinearTerm], on device: any Device) {
    switch self {
    case .samples, .branched: device.linear(input, terms)
    case .newest: device.project(input, terms)
    }
  }
}
