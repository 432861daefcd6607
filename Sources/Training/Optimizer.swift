// SPDX-License-Identifier: Apache-2.0

import SPINKernels
import SPINStorage

/// AdamW over all parameters of a model, and the norm of their gradients.
final class Optimizer {
  private let options: TrainingOptions
  private let device: any Device
  /// By the parameter's index among all.
  let moments: [AdamWMoments]
  private let places: [String: Int]
  /// The sum of squares of each parameter's gradient.
  private var squares: [Double]
  /// The learning rate of the present step, and which step it is.
  private var current = AdamWStep(learningRate: 0, number: 1)

  /// - Parameter scratch: The file of the moments; nil for memory.
  init(
    _ parameters: [Parameter], options: TrainingOptions, scratch: RandomAccessFile?,
    on device: any Device
  ) throws {
    self.options = options
    self.device = device
    places = Dictionary(uniqueKeysWithValues: parameters.enumerated().map { ($1.name, $0) })
    squares = Array(repeating: 0, count: parameters.count)
    var offset = 0
    moments = parameters.map { parameter in
      defer { offset += AdamWMoments.byteCount(parameter.values.count) }
      return scratch.map {
        AdamWMoments(count: parameter.values.count, file: $0, offset: offset)
      } ?? AdamWMoments(count: parameter.values.count, on: device)
    }
    // Zeros that take no space until they are written.
    try scratch?.truncate(to: offset)
  }

  /// Begins a step, counted from 0.
  func begin(_ step: Int, learningRate: Double) {
    current = AdamWStep(
      learningRate: learningRate, beta1: options.beta1, beta2: options.beta2,
      epsilon: options.epsilon, number: step + 1)
  }

  /// Takes a group's gradients into the norm.
  func measure(_ group: ParameterGroup) {
    for parameter in group.parameters {
      squares[place(of: parameter)] = device.sumOfSquares(
        parameter.gradient, count: parameter.values.count)
    }
  }

  /// The norm of all gradients together, all groups being measured.
  ///
  /// Squares are added in double precision, parameter by parameter in their order.
  var gradientNorm: Double { squares.reduce(0, +).squareRoot() }

  /// What clipping multiplies gradients by.
  ///
  /// - Source: `torch.nn.utils.clip_grad_norm_`: max_norm / (norm + 1e-6), at most 1.
  func clippingFactor(_ norm: Double) -> Float {
    Float(min(1, options.maxGradientNorm / (norm + 1e-6)))
  }

  /// Changes a group's values and leaves zeros for gradients.
  func update(_ group: ParameterGroup, gradientScale: Float = 1) throws {
    for parameter in group.parameters {
      var step = current
      step.gradientScale = gradientScale
      step.weightDecay = parameter.decays ? options.weightDecay : 0
      try device.adamW(
        parameter.values, gradient: parameter.gradient, moments: moments[place(of: parameter)],
        step)
    }
  }

  /// Leaves zeros for a group's gradients.
  func discard(_ group: ParameterGroup) {
    for parameter in group.parameters {
      device.clear(parameter.gradient, count: parameter.values.count)
    }
  }

  private func place(of parameter: Parameter) -> Int {
    guard let place = places[parameter.name] else {
      preconditionFailure("parameter \(parameter.name) was not there at first")
    }
    return place
  }
}
