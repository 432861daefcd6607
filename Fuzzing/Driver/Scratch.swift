// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Inputs as files, in memory where the system has a place for that.
enum Scratch {
  private static let root: String = {
    let parent = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
    return "\(parent)/spin-fuzz-\(getpid())"
  }()

  /// A new file with these bytes; what the input before left is gone.
  static func file(_ bytes: [UInt8], _ name: String) throws -> String {
    try folder([(name, bytes)]) + "/" + name
  }

  /// A new folder with these files.
  static func folder(_ files: [(name: String, bytes: [UInt8])]) throws -> String {
    try? FileManager.default.removeItem(atPath: root)
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    for file in files {
      try Data(file.bytes).write(to: URL(fileURLWithPath: "\(root)/\(file.name)"))
    }
    return root
  }

  /// A file that accompanies the input: `Seeds/companions/NAME`.
  static func seed(_ name: String) -> [UInt8] {
    guard let folder = ProcessInfo.processInfo.environment["FUZZ_COMPANIONS"],
      let data = FileManager.default.contents(atPath: "\(folder)/\(name)")
    else { fatalError("FUZZ_COMPANIONS names no folder with \(name)") }
    return [UInt8](data)
  }
}
