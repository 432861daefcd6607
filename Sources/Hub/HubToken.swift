// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import SPINStorage

/// The user's Hub token, which is sent in one header and to the Hub's own origin only.
///
/// It has no public property that holds the secret, and prints as `[token]`.
public struct HubToken: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  private let secret: String

  /// Reads `HF_TOKEN`, else `HUGGING_FACE_HUB_TOKEN`, else the file of `HF_TOKEN_PATH` or `token`
  /// in the home folder, as huggingface_hub does.
  ///
  /// - Returns: The token; nil if there is none or `HF_HUB_DISABLE_IMPLICIT_TOKEN` is true.
  /// - Throws: `SPINError` with code `usage` if the value has characters that are not allowed in a
  ///   header.
  static func read(_ environment: HubEnvironment) throws -> HubToken? {
    guard !environment.isTrue("HF_HUB_DISABLE_IMPLICIT_TOKEN") else { return nil }
    for variable in ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"] {
      guard let value = environment[variable] else { continue }
      return try HubToken(value, from: "the environment variable \(variable)")
    }
    let path = environment.path("HF_TOKEN_PATH") ?? environment.home + "/token"
    guard FileSystem.status(path)?.kind == .file, let bytes = try? FileSystem.read(path),
      bytes.count < 10_000
    else { return nil }
    return try HubToken(String(decoding: bytes, as: UTF8.self), from: path)
  }

  private init?(_ value: String, from place: String) throws {
    let token = value.trimmingCharacters(in: .whitespacesAndNewlines)
    guard !token.isEmpty else { return nil }
    guard token.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
      throw SPINError(
        .usage, at: place, "holds spaces, line breaks or other characters that no token has",
        remedy: "set it to the token alone")
    }
    secret = token
  }

  /// The value of the header `Authorization`.
  var authorization: String { "Bearer \(secret)" }

  /// A server's text with the token replaced, in case it repeats it.
  func removed(from text: String) -> String { text.replacing(secret, with: "[token]") }

  /// A placeholder, never the token.
  public var description: String { "[token]" }
  /// A placeholder, never the token.
  public var debugDescription: String { "[token]" }
  /// A mirror without children, so that dumps do not show the token.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
