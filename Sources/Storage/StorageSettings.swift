// SPDX-License-Identifier: Apache-2.0

package import SPINErrors

/// What messages of this module mention, and of modules that write folders of results.
extension Setting {
  /// The output folder of a run.
  package static let directory = Setting("directory", of: "PipelineRun.run")
  /// Whether what is there is discarded.
  package static let restart = Setting("restart", of: "PipelineRun.run")
}
