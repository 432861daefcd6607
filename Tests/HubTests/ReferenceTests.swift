// SPDX-License-Identifier: Apache-2.0

import SPINHub
import Testing

struct ReferenceTests {
  @Test(arguments: [
    ("Qwen/Qwen2-0.5B-Instruct", nil), ("a/b@v1.0", "v1.0"), ("a/b@refs/pr/1", "refs/pr/1"),
    ("A_b.c-d/1", nil),
    ("a/b@c540970f9e29518b1d8f06ab8b24cba66ad77b6d", "c540970f9e29518b1d8f06ab8b24cba66ad77b6d"),
  ]) func names(_ text: String, _ revision: String?) throws {
    let reference = try #require(HubReference(text))
    #expect(reference.description == text)
    #expect(reference.revision == revision)
  }

  /// What huggingface_hub refuses too, and what would lead out of the cache.
  @Test(arguments: [
    "", "a", "a/b/c", "/a", "a/", "../a", "a/..", "a/b--c", "a--b/c", "a/.b", "a/b.", "-a/b",
    "a/b.git",
    "a b/c", "a/b@", "a/b@../x", "a/b@x/../y", "a/b@/x", "a/b@x/", "a/b@x//y", "a/b@-x", "a/b@x y",
    "a/b@.git", "~/models", "./a/b", "a/b\u{0}", "ä/b", "a/" + String(repeating: "b", count: 97),
  ]) func noNames(_ text: String) { #expect(HubReference(text) == nil) }
}
