// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors

/// The key of an endpoint, which comes from the environment and goes into one header.
///
/// It has no public property that holds the secret, and prints as `[key]`.
public struct EndpointKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// The environment variable that is looked at where none is named.
  public static let defaultVariable = "OPENAI_API_KEY"

  private let secret: String

  /// Reads a key.
  ///
  /// A key that was not named explicitly is not sent where a third party could read it.
  ///
  /// - Parameters:
  ///   - variable: The name of an environment variable; nil for `defaultVariable`, if it is set.
  ///   - address: Where the key is for.
  ///   - environment: The environment; nil for that of the process.
  /// - Returns: The key, or nil where none is named and there is none to send.
  /// - Throws: `SPINError` with code `usage` where the variable that is named is not set, or its
  ///   value cannot stand in a header.
  public static func read(
    from variable: String?, for address: EndpointAddress,
    environment: [String: String]? = nil
  ) throws -> EndpointKey? {
    let name = variable ?? defaultVariable
    let environment = environment ?? ProcessInfo.processInfo.environment
    guard let value = environment[name], !value.isEmpty else {
      guard variable == nil else {
        throw SPINError(
          .usage, at: "the environment variable \(name)",
          "is not set, expected the key of \(address)",
          remedy: "set it, or leave out its name if the endpoint needs no key")
      }
      return nil
    }
    guard value.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
      throw SPINError(
        .usage, at: "the environment variable \(name)",
        "holds spaces, line breaks or other characters that no key has",
        remedy: "set it to the key alone")
    }
    return variable == nil && address.origin.isExposed ? nil : EndpointKey(secret: value)
  }

  /// The value of the header `Authorization`.
  var authorization: String { "Bearer \(secret)" }

  /// A text of the server's without the key, should it repeat it.
  func removed(from text: String) -> String { text.replacing(secret, with: "[key]") }

  /// A placeholder, never the key.
  public var description: String { "[key]" }
  /// A placeholder, never the key.
  public var debugDescription: String { "[key]" }
  /// A mirror without children, so that dumps do not show the key.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
