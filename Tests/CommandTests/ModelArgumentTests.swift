// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINTestSupport
import Testing

/// What is said of a model that is neither a folder nor a name of the Hub, by every command alike.
struct ModelArgumentTests {
  @Test(
    arguments: [
      (
        "tiny", 66,
        "tiny: no such directory; check the path, or give a model of the Hugging Face Hub with its owner: OWNER/tiny"
      ),
      (
        "gpt2", 66,
        "gpt2: no such directory; check the path, or give openai-community/gpt2, which is in the Hugging Face cache"
      ),
      (
        "", 64,
        "the model: is an empty text; give the folder of a checkpoint, or OWNER/NAME[@REVISION] of the"
      ),
      (
        "owner/name@", 64,
        "owner/name@: names no revision after the @; give a branch, a tag or a commit"
      ),
      ("owner/name@a b", 64, "owner/name@a b: names no revision that git allows: \"a b\""),
      ("a/b/c", 66, "a/b/c: no such directory; check the path"),
    ] as [(String, Int32, String)])
  func whatIsNoModelIsExplained(_ name: String, _ status: Int32, _ message: String) throws {
    let home = try TemporaryDirectory()
    try FileManager.default.createDirectory(
      atPath: home.file(
        "hub/models--openai-community--gpt2/snapshots/" + String(repeating: "a", count: 40)),
      withIntermediateDirectories: true)
    for command in [["tokenize", name, "text"], ["inspect", name], ["chat", name]] {
      let outcome = try Program.start(
        command, environment: ["HF_HUB_CACHE": home.file("hub"), "HF_HUB_OFFLINE": "1"],
        in: home.path
      ).wait()
      #expect(outcome.status == status, "\(command): \(outcome)")
      #expect(
        outcome.standardError.hasPrefix("spin: " + message), "\(command): \(outcome.standardError)")
      #expect(outcome.standardOutput == "")
    }
  }
}
