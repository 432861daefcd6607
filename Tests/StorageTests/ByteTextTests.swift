// SPDX-License-Identifier: Apache-2.0

import SPINStorage
import Testing

struct ByteTextTests {
  @Test(arguments: [
    (0, "0 B"), (999, "999 B"), (1_000, "1.0 kB"), (9_960, "10.0 kB"), (10_400, "10 kB"),
    (999_600, "1.0 MB"), (68_000_000, "68 MB"), (8_589_934_592, "8.6 GB"), (.max, "9223372 TB"),
    (-1, "-1 B"),
  ])
  func unitsFitTheSize(bytes: Int, text: String) {
    #expect(ByteText.text(bytes) == text)
  }
}
