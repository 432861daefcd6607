// SPDX-License-Identifier: Apache-2.0

import SPINReport
import Testing

/// How numbers are written for readers.
struct NumberTextTests {
  @Test func fixedPlacesAreRoundedAndGrouped() {
    #expect(NumberText.fixed(1234.5678, 2) == "1,234.57")
    #expect(NumberText.fixed(-0.004, 2) == "0.00")
    #expect(NumberText.fixed(-2.5, 1) == "−2.5")
    #expect(NumberText.fixed(999.96, 1) == "1,000.0")
    #expect(NumberText.fixed(.nan, 1) == "–" && NumberText.fixed(.infinity, 0) == "–")
    #expect(NumberText.fixed(1.5e300, 1) == "1.5 × 10³⁰⁰")
    #expect(NumberText.count(1_234_567) == "1,234,567" && NumberText.count(-12) == "−12")
    #expect(NumberText.count(.min) == "−9,223,372,036,854,775,807")
  }

  @Test func signsStandWhereSomethingChanged() {
    #expect(NumberText.signed(0.25, 1) == "+0.3" && NumberText.signed(-0.25, 1) == "−0.3")
    #expect(NumberText.signed(0.04, 1) == "0.0" && NumberText.signed(0, 1) == "0.0")
  }

  @Test func probabilitiesAreNeverZero() {
    #expect(
      [1, 0.999, 0.5, 0.0996, 0.031, 0.00994, 0.00012, 0.00009, 0].map(NumberText.probability)
        == ["1", "> 0.99", "0.50", "0.10", "0.031", "0.0099", "0.0001", "< 0.0001", "< 0.0001"])
  }

  @Test func significantDigitsAreKept() {
    #expect(
      [0.012345, 45.67, 1234, 1.5e-7, 0, -3, 9.996e-8].map { NumberText.brief($0) }
        == ["0.0123", "45.7", "1,234", "1.50 × 10⁻⁷", "0", "−3.00", "1.00 × 10⁻⁷"])
    #expect(NumberText.brief(.leastNonzeroMagnitude) != "")
  }

  @Test func bytesAndTimesHaveUnits() {
    #expect(
      [512, 1_500_000, 999_600_000].map(NumberText.bytes) == ["512 bytes", "1.5 MB", "1.0 GB"])
    #expect(
      [3.44, 59.97, 725, 15_000].map(NumberText.duration)
        == ["3.4 s", "1 min 0 s", "12 min 5 s", "4 h 10 min"])
  }
}
