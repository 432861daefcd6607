// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINDecoderNames
import Testing

@Suite struct MatrixNameTests {
  @Test func everyEditedMatrixReadsBackFromItsTensor() {
    for projection in MatrixName.Projection.allCases {
      let name = MatrixName(layer: 12, projection: projection)
      #expect(MatrixName(tensor: name.tensor) == name)
    }
    #expect(
      MatrixName(layer: 3, projection: .up).tensor == "model.layers.3.mlp.up_proj.weight")
  }

  @Test(arguments: [
    "model.embed_tokens.weight", "lm_head.weight", "model.norm.weight",
    "model.layers.0.input_layernorm.weight", "model.layers.0.self_attn.q_proj.bias",
    "model.layers.0.self_attn.q_norm.weight", "model.layers.0.mlp.q_proj.weight",
    "model.layers.0.self_attn.up_proj.weight", "model.layers.x.mlp.up_proj.weight",
    "model.layers.-1.mlp.up_proj.weight", "model.layers.01.mlp.up_proj.weight",
    "xmodel.layers.0.mlp.up_proj.weight", "model.layers.0.mlp.up_proj.weight.x", "",
    // Layers that no model has: sums with them would overflow, loops up to them not end.
    "model.layers.4096.mlp.up_proj.weight", "model.layers.9223372036854775807.mlp.up_proj.weight",
  ])
  func nothingElseIsAnEditedMatrix(tensor: String) {
    #expect(MatrixName(tensor: tensor) == nil)
  }

  @Test func aBareDecodersNamesAreReadAsStored() {
    let up = MatrixName(layer: 3, projection: .up)
    #expect(MatrixName(stored: up.tensor) == up)
    #expect(MatrixName(stored: "layers.3.mlp.up_proj.weight") == up)
    #expect(MatrixName(stored: "x.layers.3.mlp.up_proj.weight") == nil)
    #expect(MatrixName(tensor: "layers.3.mlp.up_proj.weight") == nil)
  }

  @Test func targetsContainTheirHalf() {
    let up = MatrixName(layer: 0, projection: .up)
    let query = MatrixName(layer: 0, projection: .query)
    #expect(TargetModule.feedForward.contains(up) && !TargetModule.feedForward.contains(query))
    #expect(TargetModule.selfAttention.contains(query) && !TargetModule.selfAttention.contains(up))
    #expect(TargetModule.all.contains(query) && TargetModule.all.contains(up))
  }

  @Test func matricesAreInTheOrderOfTheDecoder() {
    let query = MatrixName(layer: 0, projection: .query)
    #expect(MatrixName(layer: 2, projection: .down) < MatrixName(layer: 10, projection: .query))
    #expect(query < MatrixName(layer: 0, projection: .up))
    #expect(!(query < query))
  }
}
