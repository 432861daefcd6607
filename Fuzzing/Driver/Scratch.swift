// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Inputs as files, in memory where the system has a place for that.
enum Scratch {
  private static let root: String = {
    let isMemory = access("/dev/shm", W_OK) == 0
    let root = "\(isMemory ? "/dev/shm" : "/tmp")/spin-fuzz-\(getpid())"
    mkdir(root, 0o700)
    return root
  }()

  /// A file with these bytes; what the input before left is replaced.
  static func file(_ bytes: [UInt8], _ name: String) -> String {
    let path = "\(root)/\(name)"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard descriptor >= 0,
      bytes.withUnsafeBytes({ write(descriptor, $0.baseAddress, $0.count) }) == bytes.count
    else { fatalError("cannot write \(path)") }
    close(descriptor)
    return path
  }

  /// A folder with these files.
  static func folder(_ files: [(name: String, bytes: [UInt8])]) -> String {
    for entry in files { _ = file(entry.bytes, entry.name) }
    return root
  }

  /// A file that accompanies the input: `Seeds/companions/NAME`.
  static func seed(_ name: String) -> [UInt8] {
    if let known = seeds[name] { return known }
    guard let folder = ProcessInfo.processInfo.environment["FUZZ_COMPANIONS"],
      let data = FileManager.default.contents(atPath: "\(folder)/\(name)")
    else { fatalError("FUZZ_COMPANIONS names no folder with \(name)") }
    seeds[name] = [UInt8](data)
    return [UInt8](data)
  }

  // libFuzzer calls the reader on one thread.
  nonisolated(unsafe) private static var seeds: [String: [UInt8]] = [:]
}
