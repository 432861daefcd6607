// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINHub
import SPINTestSupport
import Testing

/// The rules of `constants.py` of huggingface_hub; Tools/conformance/compare_hub.py compares them with it.
struct SettingsTests {
  @Test(arguments: [
    ([:], "/h/.cache/huggingface/hub"),
    (["XDG_CACHE_HOME": "/x"], "/x/huggingface/hub"),
    (["XDG_CACHE_HOME": "/x", "HF_HOME": "/y"], "/y/hub"),
    (["HF_HOME": "~/y"], "/h/y/hub"),
    (["HF_HOME": "$DISK/y", "DISK": "/d"], "/d/y/hub"),
    (["HF_HOME": "${DISK}y$NOTHING", "DISK": "/d"], "/dy$NOTHING/hub"),
    (["HF_HOME": "/y", "HUGGINGFACE_HUB_CACHE": "/old"], "/old"),
    (["HF_HOME": "/y", "HUGGINGFACE_HUB_CACHE": "/old", "HF_HUB_CACHE": "~/new"], "/h/new"),
  ]) func cache(_ variables: [String: String], _ expected: String) throws {
    let settings = try HubSettings(environment: variables.merging(["HOME": "/h"]) { old, _ in old })
    #expect(settings.cache == expected)
  }

  @Test(arguments: [
    ([:], false), (["HF_HUB_OFFLINE": "1"], true), (["HF_HUB_OFFLINE": "yes"], true),
    (["HF_HUB_OFFLINE": "On"], true), (["HF_HUB_OFFLINE": "y"], false),
    (["TRANSFORMERS_OFFLINE": "TRUE"], true),
    (["TRANSFORMERS_OFFLINE": "1", "HF_HUB_OFFLINE": "0"], false),
    (["TRANSFORMERS_OFFLINE": "1", "HF_HUB_OFFLINE": ""], true),
  ]) func offline(_ variables: [String: String], _ expected: Bool) throws {
    #expect(try HubSettings(environment: variables).isOffline == expected)
  }

  @Test func endpointsAreAddresses() throws {
    #expect(try HubSettings(environment: [:]).endpoint == "https://huggingface.co")
    #expect(
      try HubSettings(environment: ["HF_ENDPOINT": "https://mirror.example/hf/"]).endpoint
        == "https://mirror.example/hf")
    for text in ["mirror", "ftp://a", "https://user:secret@a", "https://a?b"] {
      let error = #expect(throws: SPINError.self) {
        try HubSettings(environment: ["HF_ENDPOINT": text])
      }
      #expect(error?.code == .usage && error?.description.contains("secret") == false)
    }
  }

  @Test func tokensAreOneWord() throws {
    let error = #expect(throws: SPINError.self) {
      try HubSettings(environment: ["HF_TOKEN": "hf_abc\nX-Evil: 1"])
    }
    #expect(error?.code == .usage && error?.description.contains("abc") == false)
  }
}
