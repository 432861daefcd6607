// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON

extension HTTPFailure {
  /// Whether sending the same request again may succeed.
  var isWorthAnotherAttempt: Bool {
    switch self {
    case .noConnection, .cut, .timeout, .other: true
    case .unknownHost, .noTrust, .tooLong, .stopped: false
    }
  }
}

extension EndpointCall {
  /// The error for work that the user stopped.
  static let stopped = SPINError.stopped()

  /// The maximum length of a quotation from a server, in characters.
  private static let longestQuote = 300

  /// An error of this call, with the key removed in case the server repeats it.
  func failure(_ message: String, remedy: SettingText) -> SPINError {
    SPINError(
      .unavailable, at: url, SettingText(key?.removed(from: message) ?? message), remedy: remedy)
  }

  /// The error for the last of several attempts.
  func failure(
    _ outcome: Result<HTTPResponse, HTTPFailure>, attempts: Int, _ options: EndpointOptions
  ) -> SPINError {
    switch outcome {
    case .success(let response): failure(response, attempts: attempts)
    case .failure(let failure): self.failure(failure, attempts: attempts, options)
    }
  }

  func failure(_ failure: HTTPFailure, attempts: Int, _ options: EndpointOptions) -> SPINError {
    let tried = attempts == 1 ? "" : " in \(attempts) attempts"
    return switch failure {
    case .stopped: Self.stopped
    case .noConnection:
      self.failure(
        "nothing listens there\(tried)", remedy: "start the server, or correct the address")
    case .unknownHost:
      self.failure("no machine of this name is known", remedy: "correct the address")
    case .noTrust(let words):
      self.failure(
        "the server cannot be trusted: \(words)",
        remedy: "use the name that its certificate is for, or install the certificate")
    case .cut:
      self.failure(
        "the connection was cut before the answer was whole\(tried)",
        remedy: "look at the server's log, then run the same command again")
    case .timeout:
      self.failure(
        "gave no whole answer within \(brief(options.timeout)) seconds\(tried)",
        remedy: "allow more time, or send fewer requests at once")
    case .tooLong:
      self.failure(
        "the answer is longer than \(options.maximumBodyBytes) bytes",
        remedy: "check that \(address) is an OpenAI-compatible server")
    case .other(let words):
      self.failure("there is no answer\(tried): \(words)", remedy: "correct the address")
    }
  }

  private func failure(_ response: HTTPResponse, attempts: Int) -> SPINError {
    let tried = attempts == 1 ? "" : " in \(attempts) attempts"
    let (status, words) = ("answers with status \(response.status)\(tried)", quoted(response))
    switch response.status {
    case 401, 403:
      return key == nil
        ? failure(
          status + ": it requires a key" + words,
          remedy:
            "put the key into an environment variable and name that with \(setting: .keyVariable)")
        : failure(
          status + ": it does not accept the key" + words,
          remedy: "correct the environment variable that holds the key")
    case 404:
      return failure(status + words, remedy: "correct the address or the name of the model")
    case 429:
      return failure(
        status + ", too many requests" + words,
        remedy: "send fewer requests at once, or run the same command again later")
    case 500...:
      return failure(
        status + words, remedy: "look at the server's log, then run the same command again")
    case ..<400:
      return failure(status, remedy: "check that \(address) is an OpenAI-compatible server")
    default:
      return failure(status + words, remedy: Self.remedy(for: words))
    }
  }

  /// A remedy for a refused member of the request, derived from the server's words.
  private static func remedy(for words: String) -> SettingText {
    if words.contains("max_completion_tokens") {
      return "send the token limit as max_completion_tokens: \(setting: .tokenField)"
    }
    if words.contains("temperature") {
      return "send no temperature: \(setting: .noTemperature)"
    }
    return "correct the model, the prompts or the options"
  }

  /// The server's error message on one line, without the key, in the form `: "model not found"`;
  /// empty if there is none.
  func quoted(_ response: HTTPResponse) -> String {
    let object = (try? JSON(parsing: response.body, path: ""))?.object
    let error = object?["error"]
    // The forms of OpenAI, of FastAPI, and of other servers.
    let said =
      error?.object?["message"]?.string ?? error?.string ?? object?["detail"]?.string
      ?? object?["message"]?.string ?? String(decoding: response.body.prefix(4096), as: UTF8.self)
    var line = ""
    for scalar in said.unicodeScalars {
      line.unicodeScalars.append(scalar.properties.generalCategory == .control ? " " : scalar)
    }
    // Removed before the text is shortened, so that no part of the key remains.
    if let key { line = key.removed(from: line) }
    let words = line.split(separator: " ").joined(separator: " ")
    guard !words.isEmpty else { return "" }
    let isWhole = words.count <= Self.longestQuote
    return ": \"\(isWhole ? words : words.prefix(Self.longestQuote) + "...")\""
  }

  private func brief(_ seconds: Double) -> String {
    seconds == seconds.rounded() && seconds < 1e9 ? "\(Int(seconds))" : "\(seconds)"
  }
}
