// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

@main
struct SPINCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "spin",
    abstract: "Make a language model more aware of fairness and of privacy, without training.")
}
