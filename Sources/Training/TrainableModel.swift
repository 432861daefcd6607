// SPDX-License-Identifier: Apache-2.0

public import SPINKernels
public import SPINStorage

/// A tensor that training changes.
public struct Parameter: Sendable {
  /// Its name, that of the tensor in the file that the model is saved to.
  public let name: String
  /// Its sizes, outermost first.
  public let shape: [Int]
  /// The values of the parameter.
  public let values: FloatBuffer
  /// The gradient of the loss; zeros between steps.
  public let gradient: FloatBuffer
  /// Whether weight decay applies: not to gains of norms and not to biases, as in transformers.
  public let decays: Bool

  /// A tensor with its gradient.
  public init(
    name: String, shape: [Int], values: FloatBuffer, gradient: FloatBuffer, decays: Bool
  ) {
    precondition(shape.reduce(1, *) == values.count, "values do not fill the shape")
    precondition(gradient.count >= values.count, "gradient does not fit the values")
    self.name = name
    self.shape = shape
    self.values = values
    self.gradient = gradient
    self.decays = decays
  }
}

/// Tensors whose gradients are complete together: those of a block, of the embedding, of the head.
public struct ParameterGroup: Sendable {
  /// For messages, as "layer 3".
  public let name: String
  /// The tensors, in an order that never changes.
  public let parameters: [Parameter]

  /// Groups tensors.
  public init(name: String, parameters: [Parameter]) {
    self.name = name
    self.parameters = parameters
  }
}

/// A model whose parameters the training loop changes.
///
/// All samples of an optimizer step are passed together, and gradients are complete group by
/// group: how samples are cut into batches then decides memory and speed, and no bit of the result,
/// and a group can be updated while the groups below it still wait. A model that processes batch after
/// batch, as adapters may, calls `onComplete` for all groups at the end.
public protocol TrainableModel: AnyObject {
  /// All parameters; the same ones in the same order at every call.
  var groups: [ParameterGroup] { get }

  /// Whether every group's gradient has memory of its own.
  ///
  /// Where it has not, the gradient of a group is lost when `onComplete` returns.
  var keepsGradients: Bool { get }

  /// Forward and backward of all samples of a step.
  ///
  /// Adds to the gradients those of `step.lossFactor` times the sum of the losses of all target
  /// tokens. Every gradient is zero when this is called; code that consumes a gradient leaves zeros.
  /// Sums run over samples in their order, whatever the batches: each sample's own sum is added
  /// to what the samples before it gave.
  ///
  /// - Parameters:
  ///   - step: The samples; drawn numbers such as dropout's are keyed by `step.index` and the
  ///     tokens' indices in the step.
  ///   - device: Where to compute.
  ///   - onComplete: Called once for each group as soon as nothing in this pass reads its values or
  ///     adds to its gradients again.
  /// - Returns: The sum of the losses of each sample, in nats, in the order of the samples.
  func pass(
    _ step: TrainingStep, on device: any Device, onComplete: (ParameterGroup) throws -> Void
  ) throws -> [Double]

  /// The sum of the losses of each sample without gradients and without dropout, for validation.
  func losses(of step: TrainingStep, on device: any Device) throws -> [Double]
}

extension TrainableModel {
  /// Gradients are kept unless a model says otherwise.
  public var keepsGradients: Bool { true }

  /// All parameters, group by group.
  public var parameters: [Parameter] { groups.flatMap(\.parameters) }
}
