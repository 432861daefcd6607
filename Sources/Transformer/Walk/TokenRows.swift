// SPDX-License-Identifier: Apache-2.0

import SPINKernels

/// How the rows that a block processes relate to each other: which of them the attention sees together, and at
/// which positions they are.
public enum TokenRows {
  /// Whole samples, one after the other.
  case samples([Range<Int>])
  /// Texts with a shared prefix, the trunk, which occurs only once.
  case branched(BranchedRows, BranchedAttention)
  /// The newest position of each of several sequences, whose earlier ones a cache holds; it is added to the caches.
  case newest(KeyValueCaches)

  /// y = x W^T + b: many rows are summed in one order, the newest positions of sequences in another, which
  /// suits few rows.
  func multiply(_ input: MatrixView, _ terms: [LinearTerm], on device: any Device) {
    switch self {
    case .samples, .branched: device.linear(input, terms)
    case .newest: device.project(input, terms)
    }
  }
}
