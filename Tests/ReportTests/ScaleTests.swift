// SPDX-License-Identifier: Apache-2.0

import SPINReport
import SPINTestSupport
import Testing

/// Where numbers stand along an axis, and which are written there.
struct ScaleTests {
  @Test func positionsAreHandWorked() {
    let linear = Scale(linear: 10...20, from: 100, to: 300)
    #expect([10.0, 15, 20].map(linear.position) == [100, 200, 300])
    // Upward axes end where they begin; numbers outside stand at the ends.
    let upward = Scale(linear: 0...4, from: 80, to: 0)
    #expect([0.0, 1, 4, 9, -1].map(upward.position) == [80, 60, 0, 0, 80])
    let logarithmic = Scale(logarithmic: 1...10_000, from: 0, to: 40)
    #expect([1.0, 100, 10_000].map(logarithmic.position) == [0, 20, 40])
  }

  @Test func ticksAreRoundNumbers() {
    func labels(_ scale: Scale, _ count: Int = 5) -> [String] { scale.ticks(count).map(\.label) }
    #expect(labels(Scale(linear: 0...10, from: 0, to: 1)) == ["0", "2", "4", "6", "8", "10"])
    #expect(
      labels(Scale(linear: 0.083...0.187, from: 0, to: 1)) == [
        "0.10", "0.12", "0.14", "0.16", "0.18",
      ])
    #expect(labels(Scale(linear: -1.2...1.2, from: 0, to: 1), 2) == ["−1", "0", "1"])
    #expect(labels(Scale(linear: 0...1.1e-8, from: 0, to: 1), 2) == ["0", "5×10⁻⁹", "1.0×10⁻⁸"])
    #expect(labels(Scale(logarithmic: 1...4096, from: 0, to: 1)) == ["1", "10", "100", "1,000"])
    #expect(labels(Scale(logarithmic: 40...600, from: 0, to: 1)) == ["50", "100", "200", "500"])
    #expect(
      labels(Scale(logarithmic: 1e-12...1e-2, from: 0, to: 1), 4) == [
        "10⁻¹²", "10⁻⁹", "10⁻⁶", "10⁻³",
      ])
  }

  @Test func ticksOfAnyDomainAreFewAndInside() {
    for seed in 0..<200 {
      var generator = SeededGenerator(seed: UInt64(seed))
      let low = Double.random(in: -1...1, using: &generator) * powerOfTen(&generator)
      let high = low + Double.random(in: 0.001...1, using: &generator) * powerOfTen(&generator)
      guard low < high else { continue }
      let scale = Scale(linear: low...high, from: 0, to: 100)
      let ticks = scale.ticks(5)
      #expect(ticks.count <= 12, "seed \(seed)")
      let slack = (high - low) * 1e-6
      #expect(
        ticks.allSatisfy { $0.value >= low - slack && $0.value <= high + slack }, "seed \(seed)")
      for (tick, next) in zip(ticks, ticks.dropFirst()) {
        #expect(tick.value < next.value && tick.label != next.label, "seed \(seed)")
      }
    }
  }

  private func powerOfTen(_ generator: inout SeededGenerator) -> Double {
    var value = 1.0
    for _ in 0..<Int.random(in: 0...9, using: &generator) { value *= 10 }
    return Bool.random(using: &generator) ? value : 1 / value
  }

  @Test func domainsHoldTheirNumbersOrAreAbsent() {
    #expect(Scale.domain(covering: [0, 10], room: 0.1) == -1...11)
    #expect(Scale.domain(covering: [4.0]) == 3.6...4.4)
    #expect(Scale.domain(covering: [0.0]) == -1...1)
    #expect(Scale.domain(covering: [.nan, 1, .infinity, 2], room: 0) == 1...2)
    #expect(Scale.domain(covering: []) == nil)
    #expect(Scale.domain(covering: [1e308, -1e308]) == nil)
    #expect(Scale.domain(covering: [.leastNonzeroMagnitude]) == nil)
  }

  @Test func labelsKeepClearOfEachOther() {
    let frame = LabelPlacement.Box(left: 0, top: 0, right: 400, bottom: 300)
    // Three points in one place and one at the edge.
    let points = [
      ("first", 200.0, 150.0), ("second", 202, 150), ("third", 200, 152), ("edge", 396, 150),
    ]
    let labels = LabelPlacement.place(
      points.map { (text: $0.0, x: $0.1, y: $0.2) }, inside: frame)
    let boxes = labels.map(LabelPlacement.box)
    for (index, box) in boxes.enumerated() {
      #expect(box.left >= 0 && box.right <= 400)
      for other in boxes[(index + 1)...] { #expect(box.overlap(other) == 0) }
    }
  }

  /// As many labels as a plane has, around one point in the middle and one in a corner.
  @Test(arguments: [(200.0, 150.0), (430, 40)]) func crowdedLabelsAreApartOnAPhone(
    _ x: Double, _ y: Double
  ) {
    let frame = LabelPlacement.Box(left: 50, top: 34, right: 464, bottom: 356)
    let points = (0..<10).map { number in
      (
        text: "general-only-\(number)", x: x + Double(number % 3) * 4,
        y: y + Double(number / 3) * 4
      )
    }
    let labels = LabelPlacement.place(points, inside: frame)
    #expect(labels.count >= 7, "\(labels.count)")
    #expect(labels.map(\.text).starts(with: ["general-only-0", "general-only-1"]))
    let boxes = labels.map(LabelPlacement.box)
    for (index, box) in boxes.enumerated() {
      #expect(box.left >= 0 && box.right <= 480 && box.top >= 0 && box.bottom <= 400)
      // Wide enough for the letters of a phone.
      #expect(box.right - box.left >= 0.5 * LabelPlacement.fontSize * 14)
      for other in boxes[(index + 1)...] { #expect(box.overlap(other) == 0) }
    }
  }
}
