// SPDX-License-Identifier: Apache-2.0

/// The options of a command line as they were typed, with their values.
struct TypedOptions {
  /// Every option that was given, in order, with its value; with a flag stands whatever follows it.
  let pairs: [(option: String, value: String?)]

  init(_ arguments: [String]) {
    let options = Array(arguments.prefix { $0 != "--" })
    pairs = options.indices.filter { options[$0].hasPrefix("--") }.map { index in
      let argument = options[index]
      if let sign = argument.firstIndex(of: "=") {
        return (String(argument[..<sign]), String(argument[argument.index(after: sign)...]))
      }
      return (argument, index + 1 < options.count ? options[index + 1] : nil)
    }
  }

  /// Whether an option was given.
  func has(_ option: String) -> Bool { pairs.contains { $0.option == option } }

  /// The values of an option.
  func values(_ option: String) -> [String] {
    pairs.filter { $0.option == option }.compactMap(\.value)
  }

  /// The elements of an option's values, which have commas between.
  func list(_ option: String) -> [String] {
    values(option).flatMap { $0.split(separator: ",").map(String.init) }
  }
}
