// SPDX-License-Identifier: Apache-2.0

import SPINCalibration
import SPINChoices
import SPINErrors
import SPINEvaluation
import SPINJSON
import SPINStorage
import SPINTestSupport
import Testing

/// The prompt of every task from worked examples, put together by hand from lm-eval's definitions.
struct ChoiceTaskTests {
  @Test func hellaSwagCapitalizesTheUnfinishedSentence() throws {
    let item = try item(
      .hellaSwag,
      [
        "activity_label": "Roof", "ctx_a": "A man sits.", "ctx_b": "the Old man",
        "endings": ["runs  off.", " [substeps] Rests. [title] Then"], "label": "1",
      ])
    #expect(item.question == "Roof: A man sits. The old man")
    #expect(item.choices == ["runs off.", " Rests.. Then"])
    #expect(item.gold == 1 && item.target == "1")
    #expect(
      item.document.keys.suffix(3) == ["query", "choices", "gold"] && item.document["gold"] == 1)
  }

  @Test func hellaSwagLosesTheMarksOfWikiHow() throws {
    let item = try item(
      .hellaSwag,
      [
        "activity_label": "Food", "ctx_a": "[header] How to cook [title] Boil. [step] Wait.",
        "ctx_b": "", "endings": ["a", "b"], "label": 0,
      ])
    #expect(item.question == "Food: How to cook. Boil. Wait.")
  }

  /// Files with the context in one piece.
  @Test(arguments: [
    ("A man sits. he", "L: A man sits. He"), ("One. Two. the Cat", "L: One. Two. The cat"),
    ("How to sit. Take a chair", "L: How to sit. Take a chair"),
    ("A man sits. He rests.", "L: A man sits. He rests."), ("he", "L: he"),
  ])
  func hellaSwagFindsTheUnfinishedSentence(_ context: String, _ prompt: String) throws {
    let data = try data(
      .hellaSwag,
      [["activity_label": "L", "ctx": .string(context), "endings": ["a", "b"], "label": 0]])
    #expect(data.items[0].question == prompt)
    #expect(data.remarks[0].hasPrefix("hellaswag: the file has no ctx_a and ctx_b"))
  }

  @Test func raceAnswersTheEarlierQuestions() throws {
    let problems =
      "[{'question': 'Who?', 'answer': 'B', 'options': ['a', 'b', 'c', 'd']}, "
      + "{'question': 'It is  _  .', 'answer': 'C', 'options': ['a', 'b', 'cat', 'd']}, "
      + "{'question': 'So  _  .', 'answer': 'A', 'options': ['w', 'x', 'y', 'z']}]"
    let item = try item(.race, ["article": "Once.", "problems": .string(problems)])
    #expect(
      item.question == "Article: Once.\n\nQuestion: Who?\nAnswer: b\nIt is cat\nSo  _  .")
    #expect(item.choices == ["w", "x", "y", "z"] && item.gold == 0)
  }

  @Test func raceGathersTheQuestionsOfAnArticle() throws {
    func row(_ id: String, _ article: String, _ question: String) -> JSONObject {
      [
        "example_id": .string(id), "article": .string(article), "question": .string(question),
        "options": ["a", "b", "c", "d"], "answer": "D",
      ]
    }
    let data = try data(
      .race,
      [
        row("high1.txt", "One.", "p?"), row("middle2.txt", "Two.", "q?"),
        row("high3.txt", "Three.", "r?"), row("high1.txt", "One.", "s?"),
      ])
    #expect(
      data.items.map(\.question) == [
        "Article: One.\n\nQuestion: p?\nAnswer: d\ns?", "Article: Three.\n\nr?",
      ])
    #expect(
      data.remarks[0] == "race: 1 of 4 questions are not of high schools and were left out")
  }

  @Test func mmluListsTheChoicesAndAsksForALetter() throws {
    let item = try item(
      .mmlu(subject: "us_foreign_policy"),
      ["question": " Why?\n", "choices": ["p", " q", "r", "s"], "answer": 2])
    #expect(item.question == "Why?\nA. p\nB.  q\nC. r\nD. s\nAnswer:")
    #expect(item.choices == ["A", "B", "C", "D"] && item.gold == 2)
    #expect(
      ChoiceTask.mmlu(subject: "us_foreign_policy").description
        == "The following are multiple choice questions (with answers) about us foreign policy.\n\n"
    )
  }

  @Test func gpqaShufflesAsPythonUnderSeedZero() throws {
    let rows: [JSONObject] = (0..<3).map { index in
      [
        "Question": "Q\(index)", "Correct Answer": " right  one ", "Incorrect Answer 1": "x",
        "Incorrect Answer 2": "y", "Incorrect Answer 3": index == 2 ? nil : "z",
      ]
    }
    let items = try data(.gpqa, rows).items
    // random.seed(0); shuffles of [x, y, z, right one]: CABD, ABDC, ACBD.
    #expect(
      items[0].question == "What is the correct answer to this question:Q0\nChoices:\n(A) z\n"
        + "(B) x\n(C) y\n(D) right one\nAnswer:")
    #expect(items.map(\.target) == ["(D)", "(C)", "(D)"])
    #expect(items.map(\.gold) == [3, 2, 3])
    #expect(items[2].question.contains("(A) x\n(B)  \n(C) y\n"))
    #expect(items[0].choices == ["(A)", "(B)", "(C)", "(D)"])
  }

  /// The number of records tells the sets apart.
  @Test(arguments: [
    (198, "gpqa_diamond_zeroshot"), (448, "gpqa_main_zeroshot"), (3, "gpqa_zeroshot"),
  ])
  func gpqaIsNamedAsInTheHarness(_ count: Int, _ name: String) throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("gpqa.csv")
    let header =
      "Question,Correct Answer,Incorrect Answer 1,Incorrect Answer 2,Incorrect Answer 3\n"
    let rows = String(repeating: "q,a,b,,d\n", count: count)
    try OutputFile.write(Array((header + rows).utf8), to: path)
    let task = try ChoiceCatalog.load("gpqa", data: path).tasks[0]
    #expect(task.task.harnessName == name && task.task.alias == name && task.task.name == "gpqa")
    #expect(task.items.count == count)
    // An empty cell of delimited text is a missing answer.
    #expect(task.items[0].document.members.contains { $0.value == " " })
  }

  @Test func openBookQAStandsAlone() throws {
    let item = try item(
      .openBookQA,
      [
        "question_stem": "Predators eat", "answerKey": " C",
        "choices": ["text": ["p", "q", "r"], "label": ["A", "B", "C"]],
      ])
    #expect(item.question == "Predators eat" && item.choices == ["p", "q", "r"])
    #expect(item.gold == 2)
  }

  @Test func openBookQAIsTakenOutOfInstructions() throws {
    let item = try item(
      .openBookQA,
      [
        "instruction": .string(
          "Please choose the correct answer to the question: Fog is around:\n\nAnswer1: a marsh "
            + "Answer2: a tundra Answer3: the plains Answer4: a desert\n\n"
            + "Answer format: answer1/answer2/answer3/answer4"), "answer": "answer2",
      ])
    #expect(item.question == "Fog is around:" && item.gold == 1)
    #expect(item.choices == ["a marsh", "a tundra", "the plains", "a desert"])
    #expect(item.document["answerKey"] == "B")
  }

  @Test func boolQAsksAfterThePassage() throws {
    let item = try item(
      .boolQ, ["question": "is it so", "passage": "It is.", "idx": 3, "label": 1])
    #expect(item.question == "It is.\nQuestion: is it so?\nAnswer:")
    #expect(item.choices == ["no", "yes"] && item.gold == 1)
  }

  @Test func newsAndReviewsHaveTheirWording() throws {
    let news = try item(.agNews, ["text": "Title Text", "label": 3])
    #expect(news.question == "Article: Title Text\nAnswer:" && news.gold == 3)
    #expect(news.choices == ["World", "Sports", "Business", "Technology"])
    let review = try item(.imdb, ["text": "Dull.", "label": 0])
    #expect(review.question == "Passage: Dull.\nSentiment:" && review.gold == 0)
    #expect(review.choices == ["Negative", "Positive"])
  }

  @Test func ownTasksAreAskedAsTheyStand() throws {
    let item = try item(
      .user(name: "own"), ["context": "1 + 1 =", "choices": ["1", "2"], "gold": 1, "note": "n"])
    #expect(item.question == "1 + 1 =" && item.choices == ["1", "2"] && item.gold == 1)
    #expect(item.document.keys == ["context", "choices", "gold", "note"])
  }

  @Test(arguments: [
    (
      "boolq", "[{\"instruction\": \"a\", \"output\": \"b\"}]",
      "has no \"passage\", only \"instruction\", \"output\"; expected the columns passage, "
        + "question and label (0 for no, 1 for yes)"
    ),
    (
      "boolq", "[{\"passage\": \"p\", \"question\": \"q\", \"label\": 2}]",
      "\"label\" is 2, expected 0 to 1; expected the columns passage, question and label "
        + "(0 for no, 1 for yes)"
    ),
    (
      "hellaswag",
      "[{\"activity_label\": \"a\", \"ctx_a\": \"b\", \"ctx_b\": \"\", \"endings\": \"['x' 'y']\","
        + " \"label\": 0}]",
      "\"endings\" is \"['x' 'y']\", not a list of texts; export the data as JSONL, where lists "
        + "stay lists"
    ),
    (
      "openbookqa", "[{\"instruction\": \"Answer1: x\", \"answer\": \"answer1\"}]",
      "\"instruction\" does not have \"Please choose the correct answer to the question: \" exactly "
        + "once; expected the columns question_stem, choices (with text and label) and answerKey"
    ),
    (
      "race", "[{\"article\": \"a\", \"problems\": \"[]\"}]",
      "\"problems\" is \"[]\", not a list of problems; expected the columns article and problems, "
        + "or article, question, options and answer with one question a record"
    ),
  ])
  func recordsThatDoNotFitAreRefused(_ name: String, _ text: String, _ message: String) throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("data.json")
    try OutputFile.write(Array(text.utf8), to: path)
    let error = try #require(throws: SPINError.self) {
      try ChoiceCatalog.load(name, data: path)
    }
    #expect(error.description == "\(path): element 1: \(message)")
  }

  @Test func whatIsMissingIsSaid() throws {
    #expect(
      try refusal("boolq")
        == "tasks: boolq: needs its data, and nothing is downloaded; give data: "
        + "aps/super_glue, boolq, validation, with the columns passage, question and label (0 for "
        + "no, 1 for yes)")
    #expect(
      try refusal("nothing").hasPrefix(
        "tasks: \"nothing\" is neither a task nor the name of a file; the tasks are hellaswag, "))
    #expect(try refusal("race", examples: "x.jsonl").contains("takes no examples from a file"))
  }

  @Test func filesInTheFormOfTheirAuthorsAreRead() throws {
    let directory = try TemporaryDirectory()
    let news = directory.file("test.csv")
    try OutputFile.write(
      Array("\"3\",\"Fears\",\"Workers \\say \"\"no\"\".\"\n\"1\",\"a\",\"b\"\n".utf8), to: news)
    let items = try ChoiceCatalog.load("ag_news", data: news).tasks[0].items
    #expect(
      items.map(\.question) == [
        "Article: Fears Workers \\say \"no\".\nAnswer:", "Article: a b\nAnswer:",
      ])
    #expect(items.map(\.gold) == [2, 0])
  }

  @Test func mmluIsAFolderOfSubjects() throws {
    let directory = try TemporaryDirectory()
    let header = "question,choice0,choice1,choice2,choice3,answer\n"
    for (name, text) in [
      ("test/virology_test.csv", header + "q0,a,b,c,d,3\n\"q,1\",a,b,c,d,0\n"),
      ("test/anatomy_test.csv", "q2,a,b,c,d,B\n"), ("dev/anatomy_dev.csv", "q3,a,b,c,d,C\n"),
    ] {
      try FileSystem.ensureDirectory(directory.file(String(name.split(separator: "/")[0])))
      try OutputFile.write(Array(text.utf8), to: directory.file(name))
    }
    let set = try ChoiceCatalog.load("mmlu", data: directory.path)
    #expect(set.tasks.map(\.task.name) == ["mmlu_anatomy", "mmlu_virology"])
    #expect(set.tasks[0].items[0].gold == 1 && set.tasks[0].examples[0].gold == 2)
    #expect(set.tasks[1].items.map(\.gold) == [3, 0] && set.tasks[1].examples.isEmpty)
    #expect(set.groups.map(\.name) == ["mmlu_stem", "mmlu_other", "mmlu"])
    #expect(set.groups[2].tasks == ["mmlu_anatomy", "mmlu_virology"])
    #expect(set.groups[2].members == ["mmlu_stem", "mmlu_other"])
    #expect(
      try refusal("mmlu", data: directory.file("dev"))
        .hasPrefix("\(directory.path)/dev/test: "))
  }

  private func refusal(
    _ name: String, data: String? = nil, examples: String? = nil
  ) throws -> String {
    try #require(throws: SPINError.self) {
      try ChoiceCatalog.load(name, data: data, examples: examples)
    }.description
  }

  private func item(_ task: ChoiceTask, _ fields: JSONObject) throws -> ChoiceItem {
    try task.items(of: RecordTable(records: [fields])).items[0]
  }

  private func data(_ task: ChoiceTask, _ rows: [JSONObject]) throws -> ChoiceTaskData {
    try ChoiceTaskData(task, RecordTable(records: rows))
  }
}

extension RecordTable {
  /// Records of a file that is not there.
  init(records: [JSONObject]) throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("data.jsonl")
    let lines = records.map { JSON.object($0).serialized(indented: false) + "\n" }
    try OutputFile.write(Array(lines.joined().utf8), to: path)
    try self.init(path: path)
  }
}
