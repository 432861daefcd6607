// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import SPINJSON

/// One request to a server, as its errors name it.
struct EndpointCall {
  let url: String
  let address: EndpointAddress
  let key: EndpointKey?

  init(_ address: EndpointAddress, _ path: String, key: EndpointKey?) {
    self.address = address
    self.key = key
    url = address.description + path
  }

  /// The request, with the key if there is one.
  func request(_ method: String, body: [UInt8]? = nil) -> HTTPRequest {
    var request = HTTPRequest(method, url, body: body)
    request.headers["Accept"] = "application/json"
    if body != nil { request.headers["Content-Type"] = "application/json" }
    if let key { request.headers["Authorization"] = key.authorization }
    return request
  }

  /// The request to where a server says that it has moved; without the key if that is another origin.
  ///
  /// What is posted goes to no other host than the one that it is for: prompts may be as secret as the key.
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
    // 301 to 303 may turn what is posted into a question without it.
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

  /// The object that an answer consists of.
  func document(_ response: HTTPResponse) throws -> JSONObject {
    guard 200..<300 ~= response.status else { throw error(of: response) }
    let object = try reading {
      try JSON(parsing: response.body, path: "the answer").requireObject(at: "the answer")
    }
    guard !hasError(response) else { throw error(of: response) }
    return object
  }

  /// What an answer that is no success, or tells of an error in spite of it, means.
  func error(of response: HTTPResponse) -> SPINError {
    guard 200..<300 ~= response.status else {
      return failure(.success(response), attempts: 1, EndpointOptions())
    }
    return failure(
      "answers with an error" + quoted(response),
      remedy: "correct the model, the prompts or the options")
  }

  /// Whether an answer tells of an error; some servers do so with the status of success.
  func hasError(_ response: HTTPResponse) -> Bool { errorMember(response) != nil }

  /// Reads an answer; an error about it names this call.
  func reading<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let error as SPINError {
      throw failure(
        (error.location.map { "\($0): " } ?? "") + error.message,
        remedy: "check that \(address) is an OpenAI-compatible server")
    }
  }
}
