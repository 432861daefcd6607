// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINEndpoint
import SPINTestSupport
import Testing

struct RetryTests {
  @Test func waitsDoubleAndAreShortenedByHalfAtMost() {
    for seed in 0..<200 as Range<UInt64> {
      var policy = RetryPolicy()
      policy.seed = seed
      for (attempt, whole) in [(1, 0.5), (2, 1), (3, 2), (6, 16), (7, 30), (8, 30), (5000, 30)] {
        let delay = policy.delay(after: attempt, of: 3)
        #expect(delay >= whole / 2 && delay < whole, "seed \(seed), attempt \(attempt)")
        #expect(delay == policy.delay(after: attempt, of: 3))
      }
    }
  }

  /// Requests that failed together do not come back together.
  @Test func waitsOfDifferentRequestsDiffer() {
    let delays = (0..<1000).map { RetryPolicy().delay(after: 1, of: $0) }
    #expect(Set(delays).count == 1000)
    let mean = delays.reduce(0, +) / 1000
    // Uniform between 0.25 and 0.5: the mean of 1000 lies this close but once in 10^9.
    #expect(abs(mean - 0.375) < 6 * 0.25 / (12 * 1000 as Double).squareRoot())
    var other = RetryPolicy()
    other.seed = 1
    #expect(other.delay(after: 1, of: 0) != delays[0])
  }

  @Test(arguments: [
    ("0", 0), ("17", 17), (" 120 ", 120), ("Sun, 06 Nov 1994 08:49:37 GMT", 37),
    ("Sunday, 06-Nov-94 08:49:37 GMT", 37), ("Sun Nov  6 08:49:37 1994", 37),
    ("Sun, 06 Nov 1994 08:48:00 GMT", 0), ("-5", nil), ("1.5", nil), ("", nil), ("soon", nil),
    ("Sun, 06 Nov 1994 08:49:37", nil), ("Sun, 06 Nov 1994 24:00:00 GMT", nil),
    ("Sun, 06 Foo 1994 08:49:37 GMT", nil), ("a, b, c, d, e, GMT", nil),
  ])
  func theThreeFormsOfRetryAfterAreRead(_ value: String, _ expected: Double?) {
    // 08:49:00 on that day.
    #expect(RetryAfter.seconds(value, now: 784_111_740) == expected)
  }

  @Test func datesAreThoseOfFoundation() {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(secondsFromGMT: 0)
    formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<200 {
      let moment = Double(Int.random(in: 0..<4_102_444_800, using: &generator))
      let text = formatter.string(from: Date(timeIntervalSince1970: moment))
      #expect(RetryAfter.seconds(text, now: 0) == moment, "\(text)")
    }
  }
}
