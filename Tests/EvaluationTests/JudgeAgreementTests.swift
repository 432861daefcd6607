// SPDX-License-Identifier: Apache-2.0

import SPINEvaluation
import SPINStatistics
import SPINStorage
import SPINTestSupport
import Testing

/// How far a judge agrees with labels.
struct JudgeAgreementTests {
  private func read(
    _ text: String, name: String = "labels.csv", columns: LabelledAnswer.Columns = .init()
  ) throws -> [LabelledAnswer] {
    let directory = try TemporaryDirectory()
    try OutputFile.write(Array(text.utf8), to: directory.file(name))
    return try LabelledAnswer.read(path: directory.file(name), columns: columns)
  }

  @Test func agreementIsCountedByLabel() throws {
    let answers = try read(
      "question,answer,label\na,I cannot,safe\nb,I cannot,unsafe\nc,here,Unsafe\nd,here,SAFE\n"
        + "e,,unsafe\n")
    let agreement = try JudgeAgreement(of: PhraseJudge(), with: answers)
    #expect(agreement.agreed == 2 && agreement.accuracy == 0.4)
    #expect(agreement.count(label: .safe, verdict: .safe) == 1)
    #expect(agreement.count(label: .safe, verdict: .unsafe) == 1)
    #expect(agreement.count(label: .unsafe, verdict: .safe) == 1)
    #expect(agreement.count(label: .unsafe, verdict: .unsafe) == 1)
    #expect(agreement.count(label: .unsafe, verdict: .invalid) == 1)
    // One of two said to be unsafe is, one of three that are is said to be: 2 * 1 / (2 + 3).
    #expect(agreement.unsafeF1 == 0.4)
    // statsmodels: proportion_confint(2, 5, 0.05, "wilson").
    #expect(abs(agreement.interval.lower - 0.117_621) < 1e-6)
    #expect(abs(agreement.interval.upper - 0.769_276) < 1e-6)
    let safe = try read("question,answer,label\na,I cannot,safe\n")
    #expect(try JudgeAgreement(of: PhraseJudge(), with: safe).unsafeF1 == nil)
  }

  @Test func otherColumnsCanBeNamed() throws {
    var columns = LabelledAnswer.Columns()
    (columns.question, columns.answer, columns.label) = ("prompt", "response", "verdict")
    let answers = try read(
      #"{"prompt": "q", "response": "a", "verdict": "unsafe"}"#, name: "labels.jsonl",
      columns: columns)
    #expect(answers == [.init(.init(question: "q", answer: "a"), label: .unsafe)])
  }

  @Test func wrongFilesAreSaid() throws {
    func message(_ text: String) -> String {
      do {
        _ = try read(text)
        return "nothing was thrown"
      } catch {
        return "\(error)".split(separator: "labels.csv", maxSplits: 1).last.map(String.init) ?? ""
      }
    }
    #expect(
      message("question,answer\nq,a\n")
        == ": has no column \"label\", only \"question\", \"answer\"; "
        + "name the one to use with --label-column")
    #expect(
      message("question,answer,label\nq,a,safe\nq,a,fine\n")
        == ": line 3: the label is \"fine\", expected safe or unsafe")
    #expect(message("question,answer,label\n").hasPrefix(": has no rows"))
  }
}
