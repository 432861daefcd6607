// SPDX-License-Identifier: Apache-2.0

import SPINKernels

/// How the rows that a block processes relate to each other: which of them the attention sees together, and at
/// which positions they are.
public enum TokenRows {
  /// Whole samples, one after the other.
  case samples([Range<Int>])
  /// Texts with a shared prefix, the trunk, which occurs only once.
  case branched(BranchedRows, BranchedAttention)
  /// The newest positions of several sequences, a number of each, whose earlier ones a cache holds; they are added to
  /// the caches. Each attends to what precedes it, whether that was added with it or before.
  case newest(KeyValueCaches, counts: [Int])

  /// y = x W^T + b: many rows are summed in one order, the newest positions of sequences in another, which
  /// suits few rows.
  func multiply(_ input: MatrixView, _ terms: [LinearTerm], on device: any Device) {
    switch self {
    case .samples, .branched: device.linear(input, terms)
    case .newest: device.project(input, terms)
    }
  }
}
