// SPDX-License-Identifier: Apache-2.0

/// The version of this package.
public enum SPINVersion {
  /// By the rules of semantic versioning.
  public static let current = "0.1.0"
  /// Name and version, as records name the program.
  public static let tool = "spin \(current)"
}
