// SPDX-License-Identifier: Apache-2.0

import CFuzzer
import Foundation
import SPINErrors

/// One reader under libFuzzer: `FUZZ_TARGET=patch fuzz CORPUS -max_total_time=600`.
///
/// A reader may refuse an input with a `SPINError`. Anything else ends the process, which libFuzzer reports
/// with the input: a trap, another error, a hang, or memory beyond the limits that `Tools/fuzz.sh` states.
@main
enum Driver {
  static func main() {
    guard let name = ProcessInfo.processInfo.environment["FUZZ_TARGET"],
      let target = FuzzTarget(rawValue: name)
    else {
      print(FuzzTarget.allCases.map(\.rawValue).joined(separator: "\n"))
      exit(64)
    }
    chosen = target
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
    exit(LLVMFuzzerRunDriver(&count, &arguments, readOneInput))
  }
}

// Written once, before the first input.
nonisolated(unsafe) private var chosen = FuzzTarget.json

private func readOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  let bytes = [UInt8](UnsafeBufferPointer(start: data, count: size))
  do {
    try chosen.read(bytes)
  } catch is SPINError {
    // A refusal is what a spoiled input deserves.
  } catch {
    fatalError("\(chosen.rawValue) throws \(error), which is no SPINError")
  }
  return 0
}
