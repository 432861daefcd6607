// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors

/// The key of an endpoint, which is read from the environment and sent in one header.
///
/// It has no public property that holds the secret, and prints as `[key]`.
public struct EndpointKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// The environment variable that is read if none is named.
  public static let defaultVariable = "OPENAI_API_KEY"

  private let secret: String

  /// Reads a key.
  ///
  /// A key from the default variable is not sent where a third party could read it.
  ///
  /// - Parameters:
  ///   - variable: The name of an environment variable; nil for `defaultVariable`, if that is set.
  ///   - address: The server for which the key is.
  ///   - environment: The environment; nil for that of the process.
  /// - Returns: The key; nil if no variable is named and there is no key that may be sent.
  /// - Throws: `SPINError` with code `usage` if the named variable is not set, or a value has
  ///   characters that are not allowed in a header.
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

  /// A server's text with the key replaced, in case it repeats it.
  func removed(from text: String) -> String { text.replacing(secret, with: "[key]") }

  /// A placeholder, never the key.
  public var description: String { "[key]" }
  /// A placeholder, never the key.
  public var debugDescription: String { "[key]" }
  /// A mirror without children, so that dumps do not show the key.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
