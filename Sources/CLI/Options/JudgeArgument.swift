// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import SPINJSON
public import SPINJobs

/// A judge as the command line names it.
enum JudgeArgument: ExpressibleByArgument, Equatable {
  case phrases
  case mdJudge(path: String)
  case model(path: String)
  case endpoint(address: String)

  init?(argument: String) {
    if argument == "phrases" {
      self = .phrases
    } else if let path = Self.value(of: "md-judge:", in: argument) {
      self = .mdJudge(path: path)
    } else if let path = Self.value(of: "model:", in: argument) {
      self = .model(path: path)
    } else if let address = ServerOptions.address(in: argument) {
      self = .endpoint(address: address)
    } else {
      return nil
    }
  }

  var defaultValueDescription: String { "phrases" }

  private static func value(of prefix: String, in argument: String) -> String? {
    guard argument.hasPrefix(prefix), argument.utf8.count > prefix.utf8.count else { return nil }
    return String(argument.dropFirst(prefix.count))
  }
}

/// A temperature that is sent to a server, or none.
enum TemperatureArgument: ExpressibleByArgument, Equatable {
  case none
  case value(Double)

  init?(argument: String) {
    if argument == "none" {
      self = .none
    } else if let value = Double(argument), (0...100).contains(value) {
      self = .value(value)
    } else {
      return nil
    }
  }

  /// Nil for none.
  var number: Double? {
    if case .value(let value) = self { value } else { nil }
  }
}

/// A member of the body of requests as `NAME=JSON`.
struct BodyMember: ExpressibleByArgument {
  let name: String
  let value: JSON

  init?(argument: String) {
    guard let (name, value) = try? CompletionRequest.Sampling.extraMember(argument) else {
      return nil
    }
    (self.name, self.value) = (name, value)
  }

  /// Members by name; the last of a name counts.
  static func object(_ members: [BodyMember]) -> JSONObject {
    var object = JSONObject()
    for member in members { object[member.name] = member.value }
    return object
  }
}

extension ModelJudge.Mode: ExpressibleByArgument {}
extension CompletionRequest.Sampling.TokenField: ExpressibleByArgument {}

/// The name of a verdict parser.
struct ParserArgument: ExpressibleByArgument {
  let parser: VerdictParser

  init?(argument: String) {
    guard let parser = try? VerdictParser(named: argument) else { return nil }
    self.parser = parser
  }

  static var allValueStrings: [String] { VerdictParser.all.map(\.name) }
}
