// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A fresh directory, removed when the object goes away.
public final class TemporaryDirectory: Sendable {
  /// Where it is.
  public let path: String

  /// Makes one under the system's temporary directory.
  ///
  /// - Parameter inMemory: Whether to prefer a file system in memory, where waiting for the disk
  ///   costs nothing; for tests that wait thousands of times.
  public init(inMemory: Bool = false) throws {
    let shared = URL(filePath: "/dev/shm")
    let usesShared = inMemory && FileManager.default.isWritableFile(atPath: shared.path())
    let parent = usesShared ? shared : FileManager.default.temporaryDirectory
    let url = parent.appending(path: "spin-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path(percentEncoded: false)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of something inside it.
  public func file(_ name: String) -> String { path + "/" + name }
}
