// SPDX-License-Identifier: Apache-2.0

import SPIN

// A model and a patch of it, such as FirstEdit makes: BeforeAfterChat demo/model demo/first-edit/patch.json
let arguments = Array(CommandLine.arguments.dropFirst())
guard arguments.count == 2 else {
  throw SPINError(.usage, "give the folder of a model and the file of a patch")
}
let untouched = try LanguageModel(path: arguments[0])
let edited = try ModelEdit(Patch(path: arguments[1])).edited(untouched)

var options = GenerationOptions()
options.maxNewTokens = 48

// Both models are values in memory; the files of the checkpoint stay as they are.
while let question = readLine() {
  guard !question.isEmpty else { continue }
  async let before = untouched.start(answering: [question], options).value
  async let after = edited.start(answering: [question], options).value
  print("before: \(try await before[0].text)")
  print("after:  \(try await after[0].text)\n")
}
