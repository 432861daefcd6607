// SPDX-License-Identifier: Apache-2.0

package import SPINKernels
import SPINStorage

/// Sets numbers of changed hidden states to zero by chance, and divides the others by the chance to
/// stay.
///
/// As in pyreft, the whole state is hit, not only its change. Which numbers are hit depends on the
/// seed, the step, the intervention and the token's place in the step, and on nothing else.
package struct StateDropout {
  package let probability: Double
  package let generator: CounterGenerator

  /// A probability and what decides where it strikes.
  package init(probability: Double, generator: CounterGenerator) {
    self.probability = probability
    self.generator = generator
  }

  /// Multiplies states, or gradients of them, `[P, D]`.
  ///
  /// - Parameter places: Where each of the P tokens lies among all tokens of the step.
  package func apply(to states: MatrixView, places: [Int]) {
    guard probability > 0 else { return }
    let limit = UInt64((probability * 0x1p32).rounded())
    let scale = Float(1 / (1 - probability))
    for (row, place) in places.enumerated() {
      let start = states.offset + row * states.stride
      states.buffer.withMutableSpan(start..<start + states.columns) { numbers in
        for column in 0..<states.columns {
          let element = UInt64(place * states.columns + column)
          let bits = generator.block(element / 4)[Int(element % 4)]
          numbers[column] = UInt64(bits) < limit ? 0 : numbers[column] * scale
        }
      }
    }
  }
}
