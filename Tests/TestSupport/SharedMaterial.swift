// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Published models, tokenizers and data that may not be redistributed: where they are, tests compare on them too,
/// beside the small stand-ins of `Tests/Fixtures`.
public enum SharedMaterial {
  /// The folder that the environment names as SPIN_SHARED, otherwise `../shared` beside the checkout; nil where it is
  /// absent.
  public static let path: String? = {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let folder =
      ProcessInfo.processInfo.environment["SPIN_SHARED"]
      ?? root.appending(path: "shared").path(percentEncoded: false)
    return FileManager.default.fileExists(atPath: folder + "/README.md") ? folder : nil
  }()

  /// Why a test is skipped that has nothing to add without it.
  public static let need = "needs published files, which come from the network"

  /// What tests go through: the stand-ins, and what is in the folder, where it is there.
  ///
  /// - Parameters:
  ///   - standIns: Items that every clone has.
  ///   - published: Makes the other items from the path of the folder.
  public static func adding<Item>(
    to standIns: [Item], _ published: (String) -> [Item]
  ) -> [Item] { standIns + (path.map(published) ?? []) }
}
