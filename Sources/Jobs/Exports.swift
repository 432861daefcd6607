// SPDX-License-Identifier: Apache-2.0

// What the command line is written against: everything. `import SPIN` gives what is taught.
@_exported public import SPINAdapters
@_exported public import SPINCalibration
@_exported public import SPINCheckpoint
@_exported public import SPINChoices
@_exported public import SPINDecoderNames
@_exported public import SPINEndpoint
@_exported public import SPINErrors
@_exported public import SPINEvaluation
@_exported public import SPINExecution
@_exported public import SPINGeneration
@_exported public import SPINHub
@_exported public import SPINImport
@_exported public import SPINImportance
@_exported public import SPINJSON
@_exported public import SPINKernels
@_exported public import SPINLanguageModel
@_exported public import SPINLikelihood
@_exported public import SPINPatch
@_exported public import SPINReport
@_exported public import SPINScores
@_exported public import SPINSelection
@_exported public import SPINStatistics
@_exported public import SPINStorage
@_exported public import SPINTemplates
@_exported public import SPINTokenization
@_exported public import SPINTraining
@_exported public import SPINTransformer
