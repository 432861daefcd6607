// SPDX-License-Identifier: Apache-2.0

import SPINEvaluation
import SPINJSON
import SPINTemplates

extension ChoiceTask {
  /// One subject of MMLU: exam questions of four choices.
  ///
  /// The choices stand in the prompt, and their letters are ranked. Examples are the first ones of the
  /// subject's development set.
  ///
  /// - Source: Hendrycks et al. 2021, arXiv:2009.03300.
  public static func mmlu(subject: String) -> ChoiceTask {
    var task = ChoiceTask(
      name: "mmlu_\(subject)", metrics: [.accuracy], examples: .first,
      source: "cais/mmlu, \(subject), test",
      columns: "question, choices (or choice0 to choice3) and answer (0 to 3)"
    ) { record in try mmluItem(record, subject: subject) }
    task.alias = subject
    let spoken = PythonText.replaced(subject, "_", with: " ")
    task.description =
      "The following are multiple choice questions (with answers) about \(spoken).\n\n"
    task.headerless = { row in
      row.count == 6 && ["A", "B", "C", "D"].contains(row[5])
        ? ["question", "choice0", "choice1", "choice2", "choice3", "letter"] : nil
    }
    return task
  }

  private static func mmluItem(_ record: ChoiceRecord, subject: String) throws -> ChoiceItem {
    let question = try record.text("question")
    let choices =
      try record.has("choices")
      ? record.texts("choices") : (0..<4).map { try record.text("choice\($0)") }
    guard choices.count == 4 else {
      throw record.failure("has \(choices.count) choices, expected 4")
    }
    let gold =
      try record.has("letter") ? record.letter("letter", below: 4) : record.gold("answer", below: 4)
    let letters = ["A", "B", "C", "D"]
    let listed = zip(letters, choices).map { "\($0). \($1)\n" }.joined()
    return ChoiceItem(
      document: [
        "question": .string(question), "subject": .string(subject),
        "choices": .array(choices.map { .string($0) }), "answer": JSON(gold),
      ],
      question: "\(PythonText.stripped(question))\n\(listed)Answer:", choices: letters, gold: gold)
  }
}

/// The subjects of MMLU and the four fields that they form.
enum MMLUSubjects {
  /// The fields in lm-eval's order, with their subjects.
  static let fields: [(name: String, subjects: [String])] = [
    (
      "stem",
      [
        "abstract_algebra", "anatomy", "astronomy", "college_biology", "college_chemistry",
        "college_computer_science", "college_mathematics", "college_physics", "computer_security",
        "conceptual_physics", "electrical_engineering", "elementary_mathematics",
        "high_school_biology", "high_school_chemistry", "high_school_computer_science",
        "high_school_mathematics", "high_school_physics", "high_school_statistics",
        "machine_learning",
      ]
    ),
    (
      "other",
      [
        "business_ethics", "clinical_knowledge", "college_medicine", "global_facts", "human_aging",
        "management", "marketing", "medical_genetics", "miscellaneous", "nutrition",
        "professional_accounting", "professional_medicine", "virology",
      ]
    ),
    (
      "social_sciences",
      [
        "econometrics", "high_school_geography", "high_school_government_and_politics",
        "high_school_macroeconomics", "high_school_microeconomics", "high_school_psychology",
        "human_sexuality", "professional_psychology", "public_relations", "security_studies",
        "sociology", "us_foreign_policy",
      ]
    ),
    (
      "humanities",
      [
        "formal_logic", "high_school_european_history", "high_school_us_history",
        "high_school_world_history", "international_law", "jurisprudence", "logical_fallacies",
        "moral_disputes", "moral_scenarios", "philosophy", "prehistory", "professional_law",
        "world_religions",
      ]
    ),
  ]
  /// All 57 in the order of the fields.
  static let all = fields.flatMap(\.subjects)
}
