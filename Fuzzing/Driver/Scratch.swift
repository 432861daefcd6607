// SPDX-License-Identifier: Apache-2.0

import Foundation

@testable import SPINStorage

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
    write(bytes, "\(root)/\(name)")
    return "\(root)/\(name)"
  }

  /// Writes a file, with the folders that it is in.
  static func write(_ bytes: [UInt8], _ path: String) {
    var descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    if descriptor < 0 {
      try? FileManager.default.createDirectory(
        atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
      descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    }
    guard descriptor >= 0,
      bytes.withUnsafeBytes({ Foundation.write(descriptor, $0.baseAddress, $0.count) })
        == bytes.count
    else { fatalError("cannot write \(path)") }
    close(descriptor)
  }

  /// A folder that holds these files and nothing else.
  static func folder(_ name: String, _ files: [(name: String, bytes: [UInt8])]) -> String {
    let path = "\(root)/\(name)"
    for entry in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    where !files.contains(where: { $0.name == entry }) {
      try? FileManager.default.removeItem(atPath: "\(path)/\(entry)")
    }
    mkdir(path, 0o700)
    for entry in files { write(entry.bytes, "\(path)/\(entry.name)") }
    return path
  }

  /// A folder that accompanies inputs, copied once: `Seeds/companions/NAME`.
  static func folder(_ name: String, as companion: String) -> String {
    let path = "\(root)/\(name)"
    guard access(path, F_OK) != 0 else { return path }
    do {
      try FileManager.default.copyItem(atPath: "\(companions)/\(companion)", toPath: path)
    } catch { fatalError("cannot copy \(companion): \(error)") }
    return path
  }

  /// A log whose lines are those of the input, with the checksums that they should have: what is behind the
  /// checksums is to be tried, too.
  static func log(_ bytes: [UInt8], _ name: String) -> String {
    let path = "\(root)/\(name).log"
    unlink(path)
    do {
      let log = try LineLog(path: path)
      // Each line costs a call: an input of line feeds would be thousands.
      for line in bytes.split(separator: 0x0A).prefix(100) { try log.append(Array(line)) }
    } catch { fatalError("cannot write \(path): \(error)") }
    return path
  }

  /// A file that accompanies the input: `Seeds/companions/NAME`.
  static func seed(_ name: String) -> [UInt8] {
    if let known = seeds[name] { return known }
    guard let data = FileManager.default.contents(atPath: "\(companions)/\(name)")
    else { fatalError("FUZZ_COMPANIONS names no folder with \(name)") }
    seeds[name] = [UInt8](data)
    return [UInt8](data)
  }

  private static let companions = ProcessInfo.processInfo.environment["FUZZ_COMPANIONS"] ?? ""

  // libFuzzer calls the reader on one thread.
  nonisolated(unsafe) private static var seeds: [String: [UInt8]] = [:]
}
