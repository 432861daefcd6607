// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import SPINJSON
import SPINTemplates

/// `tokenizer-probe chat DIRECTORY < conversations > texts`: lines of JSON, each with `messages` and
/// `add_generation_prompt`, as their texts by the directory's chat template, each a string of JSON.
enum ChatRendering {
  static func run(_ directory: String) throws {
    guard let template = try ChatTemplate(directory: directory) else {
      throw SPINError(.missingInput, at: directory, "has no chat template")
    }
    let input = try FileHandle.standardInput.readToEnd() ?? Data()
    for line in input.split(separator: UInt8(ascii: "\n")) {
      let object = try JSON(parsing: [UInt8](line), path: "-").requireObject(at: "-")
      let text = try template.render(
        json: object.required("messages", as: [JSONObject].self),
        addGenerationPrompt: object.required("add_generation_prompt"))
      print(JSON.string(text).serialized(indented: false))
    }
  }
}
