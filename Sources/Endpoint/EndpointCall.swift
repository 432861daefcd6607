// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import SPINJSON

/// One request to a server, and the errors about it.
struct EndpointCall {
  let url: String
  let address: EndpointAddress
  let key: EndpointKey?

  init(_ address: EndpointAddress, _ path: String, key: EndpointKey?) {
    self.address = address
    self.key = key
    url = address.description + path
  }

  /// The HTTP request, with the key if there is one.
  func request(_ method: String, body: [UInt8]? = nil) -> HTTPRequest {
    var request = HTTPRequest(method, url, body: body)
    request.headers["Accept"] = "application/json"
    if body != nil { request.headers["Content-Type"] = "application/json" }
    if let key { request.headers["Authorization"] = key.authorization }
    return request
  }

  /// The request to the target of a redirect, without the key if that is another origin.
  ///
  /// A posted body is not sent to another host, because prompts may be as secret as the key.
  ///
  /// - Throws: `SPINError` if the target is not a web address, would lose the body or the
  ///   encryption, or is another host for a posted body.
  func redirected(
    _ request: HTTPRequest, to target: String, status: Int
  ) throws -> HTTPRequest {
    guard let base = URL(string: request.url), let whole = URL(string: target, relativeTo: base),
      let components = URLComponents(url: whole, resolvingAgainstBaseURL: true),
      let origin = EndpointAddress.Origin(components), let text = components.string,
      components.user == nil, components.password == nil
    else {
      throw failure(
        "redirects (status \(status)) to what is no web address",
        remedy: "look at the server's settings")
    }
    // Clients may turn a POST that is redirected with 301 to 303 into a GET without the body.
    guard request.method == "GET" || status >= 307 else {
      throw failure(
        "redirects what is posted (status \(status)) to \(text)",
        remedy: "give the address that it leads to")
    }
    guard origin.scheme == "https" || address.origin.scheme == "http" else {
      throw failure(
        "redirects from https to \(text)", remedy: "give that address if you trust the network")
    }
    guard request.body == nil || origin.isSameHost(as: address.origin) else {
      throw failure(
        "redirects what is posted (status \(status)) from \(address.origin.host) to \(origin.host), another host",
        remedy: "if that host may read the prompts, give the address \(text)")
    }
    var request = request
    request.url = text
    if origin != address.origin { request.headers["Authorization"] = nil }
    return request
  }

  /// The object in the body of a response.
  ///
  /// - Throws: `SPINError` if the response is an error or not a JSON object.
  func document(_ response: HTTPResponse) throws -> JSONObject {
    guard 200..<300 ~= response.status else { throw error(of: response) }
    let object = try reading {
      try JSON(parsing: response.body, path: "the answer").requireObject(at: "the answer")
    }
    guard !hasError(response) else { throw error(of: response) }
    return object
  }

  /// The error that a response reports, whatever its status.
  func error(of response: HTTPResponse) -> SPINError {
    guard 200..<300 ~= response.status else {
      return failure(.success(response), attempts: 1, EndpointOptions())
    }
    return failure(
      "answers with an error" + quoted(response),
      remedy: "correct the model, the prompts or the options")
  }

  /// Whether a response reports an error; some servers do so with a status of success.
  func hasError(_ response: HTTPResponse) -> Bool { errorMember(response) != nil }

  /// Runs a closure that reads a response; its errors are reported as errors of this call.
  func reading<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let error as SPINError {
      throw failure(
        (error.location.map { "\($0): " } ?? "") + error.message,
        remedy: "check that \(address) is an OpenAI-compatible server")
    }
  }
}
