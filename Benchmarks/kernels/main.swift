// SPDX-License-Identifier: Apache-2.0
//
// The products of a linear layer, per instruction set, beside the machine's own ceiling.
//
//     swift run -c release kernel-benchmark [--threads 1,2] > Benchmarks/results/kernels.json
//
// Each product is compared with the naive double-precision version before it is timed, so that no
// wrong answer is measured. Rates are the best of several tries, in GFLOP/s.

import Foundation
import SPINJSON
import SPINKernels
import SPINStorage

let threadCounts =
  CommandLine.arguments.drop { $0 != "--threads" }.dropFirst().first?
  .split(separator: ",").compactMap { Int($0) } ?? [1, 2]

var rows: [JSON] = []
for set in KernelSet.available {
  let ceiling = Ladder.ceiling(of: set)
  FileHandle.standardError.write(
    Data("\(set.name): registers \(Int(ceiling)) GFLOP/s a thread\n".utf8))
  for threads in threadCounts {
    for shape in Ladder.shapes {
      let ladder = Ladder(shape: shape, set: set, threads: threads)
      for (name, rate) in ladder.rates() {
        let share = rate / (ceiling * Double(threads))
        let percent = Int((100 * share).rounded())
        FileHandle.standardError.write(
          Data("  \(threads)t \(shape.name) \(name): \(Int(rate)) (\(percent)%)\n".utf8))
        rows.append([
          "kernels": .string(set.name), "threads": JSON(threads), "shape": .string(shape.name),
          "product": .string(name), "gflops": .number((rate * 10).rounded() / 10),
          "share_of_registers": .number((share * 1000).rounded() / 1000),
        ])
      }
    }
  }
  rows.append([
    "kernels": .string(set.name), "threads": 1, "product": "registers",
    "gflops": .number((ceiling * 10).rounded() / 10),
  ])
}
let report: JSON = [
  "schema": "kernel-benchmark/1", "date": .string(Date().formatted(.iso8601)),
  "processors": JSON(ProcessInfo.processInfo.activeProcessorCount), "rows": .array(rows),
]
print(report.serialized(), terminator: "")
