// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJobs
import SPINTestSupport
import Testing

/// `spin evaluate awareness` with a server as judge, and with one that answers.
@Suite(.serialized, .timeLimit(.minutes(5))) struct EndpointCommandTests {
  private static let secret = "sk-0123456789abcdef"
  private let job: SmallJob
  private var questions: String { job.path + "/questions.csv" }

  init() throws {
    job = try SmallJob()
    let rows = "abcdefghijklmnopqrst".map { "\"the \($0), in a \($0)?\"\n" }
    try write(("questions\n" + rows.joined()).utf8, to: questions)
  }

  private func awareness(_ model: String, _ options: [String]) -> [String] {
    [
      "evaluate", "awareness", model, "--questions", "all=\(questions)", "--max-new-tokens", "9",
    ] + options
  }

  private func document(_ out: String) throws -> JSONObject {
    try JSON(parsing: bytes(of: out + "/awareness.json"), path: "awareness.json")
      .requireObject(at: "awareness.json")
  }

  /// A server that finds every second answer unsafe, as far as its length tells.
  private func judge(
    before: @escaping @Sendable (_ number: Int) -> StubServer.Reply? = { _ in nil }
  ) throws -> StubServer {
    try StubServer(serving: { number, request in
      before(number)
        ?? .text(request.prompt.utf8.count % 2 == 0 ? "safe" : "unsafe\nO1", to: request)
    })
  }

  private func prompts(_ server: StubServer) -> [String] {
    server.requests.filter { $0.method == "POST" }.map(\.prompt).filter { $0 != "Hello" }
  }

  /// A proxy on another machine would read key and prompts, and ask its own 127.0.0.1.
  @Test(arguments: ["127.0.0.1", "localhost", "127.1", "0x7f.0.0.1"])
  func noProxyIsAskedForThisMachine(_ host: String) throws {
    let proxy = try judge()
    let server = try judge()
    var environment = ["SPIN_TEST_KEY": Self.secret]
    for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
      environment[name] = proxy.address
    }
    func outcome(_ host: String) throws -> Program.Outcome {
      try Program.start(
        awareness(
          job.model,
          [
            "--judge", "endpoint:http://\(host):\(server.port)", "--judge-model", "m",
            "--judge-route", "completions", "--api-key-env", "SPIN_TEST_KEY", "--question-limit",
            "1",
          ]), environment: environment
      ).wait()
    }
    #expect(try outcome(host).status == 0)
    #expect(!server.requests.isEmpty && proxy.requests.isEmpty)
    // The witness: that proxy is asked for other machines.
    _ = try outcome("127.judge.example")
    #expect(!proxy.requests.isEmpty)
  }

  @Test func verdictsComeFromTheServerAndTheKeyFromTheEnvironment() throws {
    // The third and the fifth request need a second attempt.
    let server = try judge { [2, 4].contains($0) ? .answer(503, "") : nil }
    let template = job.path + "/template.txt"
    try write("Q {question} A {answer}{question}".utf8, to: template)
    var items: [UInt8]?
    for concurrency in ["1", "7"] {
      let out = job.path + "/out-\(concurrency)"
      let run = try Program.start(
        awareness(
          job.model,
          [
            "--judge", "endpoint:" + server.address, "--judge-model", "m", "--judge-template",
            template, "--judge-concurrency", concurrency, "--judge-route", "completions",
            "--api-key-env", "SPIN_TEST_KEY", "--out", out, "--json",
          ]), environment: ["SPIN_TEST_KEY": Self.secret])
      let outcome = try run.wait()
      #expect(outcome.status == 0, "\(outcome)")
      for text in [outcome.standardOutput, outcome.standardError] {
        #expect(!text.contains(Self.secret))
      }
      for name in try FileManager.default.contentsOfDirectory(atPath: out) {
        #expect(!(try text(of: out + "/" + name)).contains(Self.secret), "\(name)")
      }
      let found = try bytes(of: out + "/awareness-all-answers.jsonl")
      #expect(items == nil || found == items)
      items = found
      let settings = try #require(try document(out)["judge_settings"]?.object)
      #expect(settings["model"] == "m" && settings["answering_model"] == "m")
      #expect(settings["endpoint"] == .string(server.address + "/v1"))
      #expect(settings["route"] == "completions")
      #expect(
        settings["template_sha256"]
          == .string(FileDigest.sha256(Array("Q {question} A {answer}{question}".utf8))))
      #expect(settings["sampling"]?.object?["temperature"] == 0.0)
    }
    #expect(
      server.requests.allSatisfy { $0.headers["authorization"] == "Bearer \(Self.secret)" })
    #expect(prompts(server).contains { $0.hasPrefix("Q the a, in a a? A ") })
    // Equal pairs are judged once a run; two requests came twice.
    #expect(prompts(server).count == 2 + 2 * Set(prompts(server)).count)
  }

  @Test func answersComeFromTheServer() throws {
    let server = try StubServer(serving: { .text(" I cannot say \($1.prompt) \n", to: $1) })
    let out = job.path + "/out"
    let run = awareness(
      "m",
      ["--answers", "endpoint:" + server.address, "--answers-concurrency", "3", "--out", out])
    let outcome = try Program.run(run)
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.standardOutput.hasPrefix("all         1.0000 refusing or cautious (20 of 20; "))
    let found = try document(out)
    #expect(found["model"] == "m" && found["model_sha256"] == .null)
    let endpoint = try #require(found["settings"]?.object?["endpoint"]?.object)
    #expect(endpoint["answering_model"] == "m" && endpoint["route"] == "completions")
    #expect(endpoint["sampling"]?.object?["max_tokens"] == 9)
    let items = try text(of: out + "/awareness-all-answers.jsonl").split(separator: "\n")
    #expect(items[1].contains(#""answer":"I cannot say the b, in a b?""#))
    // Repeated, nothing but the trial goes to the server.
    let count = server.requests.count
    #expect(try Program.run(run).status == 0)
    #expect(server.requests.count == count + 2)
    #expect(try Program.run(run + ["--prompt-format", "chat"]).status == 73)
  }

  /// A judge that thinks: its options go with each request, stand in the record, and what it could not
  /// judge is counted by reason.
  @Test func judgesThatThinkAreAskedWithTheirOptions() throws {
    let server = try StubServer(serving: { _, request in
      if request.prompt.contains("the a,") {
        return .answer(400, #"{"error": {"code": "content_filter", "message": "withheld"}}"#)
      }
      let content =
        request.prompt.contains("the b,")
        ? #""<think>well", "role": "assistant"}, "finish_reason": "length""#
        : #""<think>hm</think>Safety: Unsafe\nRefusal: No"}"#
      return .answer(
        200, "{\"model\": \"m\", \"choices\": [{\"message\": {\"content\": \(content)}]}")
    })
    let out = job.path + "/out"
    let outcome = try Program.run(
      awareness(
        job.model,
        [
          "--judge", "endpoint:" + server.address, "--judge-parser", "qwen3guard",
          "--judge-max-tokens", "4096", "--judge-token-field", "max_completion_tokens",
          "--judge-temperature", "none", "--judge-extra", "reasoning_effort=low", "--judge-extra",
          "seed=null", "--out", out, "--quiet",
        ]))
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.standardOutput.contains("; invalid: 1 cut off, 1 filtered\n"))
    #expect(outcome.standardOutput.contains(", parser qwen3guard\n"))
    #expect(outcome.standardOutput.contains(" 0 refused by the judge"))
    for request in server.requests where request.method == "POST" {
      #expect(
        request.body.hasSuffix(#""max_completion_tokens":4096,"reasoning_effort":"low"}"#))
    }
    let found = try document(out)
    let settings = try #require(found["judge_settings"]?.object)
    #expect(settings["parser"] == "qwen3guard")
    #expect(
      settings["sampling"] == [
        "max_completion_tokens": 4096, "seed": .null, "reasoning_effort": "low",
      ])
    let result = try #require(found["all"]?.object?["result"]?.object)
    #expect(result["invalid_reasons"] == ["cut_off": 1, "filtered": 1])
    #expect(result["unsafe"] == 18 && result["judge_refused"] == 0)
  }

  /// An answer that a filter withholds is missing, and the others are judged.
  @Test func answersMayBeMissing() throws {
    let server = try StubServer(serving: { _, request in
      request.prompt.hasPrefix("the a") || request.prompt.hasPrefix("the b")
        ? .answer(400, #"{"error": {"code": "content_filter"}}"#)
        : .text("I cannot say", to: request)
    })
    let out = job.path + "/out"
    let outcome = try Program.run(
      awareness(
        "m",
        [
          "--answers", "endpoint:" + server.address, "--answers-extra", "reasoning_effort=low",
          "--out", out, "--quiet",
        ]))
    #expect(outcome.status == 0, "\(outcome)")
    #expect(
      outcome.standardError
        == "warning: all: 2 of 20 questions have no answer (2 filtered)\n")
    #expect(outcome.standardOutput.hasPrefix("all         1.0000 refusing or cautious (18 of 18; "))
    let result = try #require(document(out)["all"]?.object?["result"]?.object)
    #expect(result["missing_answers"] == ["filtered": 2])
    #expect(server.requests.last?.body.hasSuffix(#""reasoning_effort":"low"}"#) == true)
  }

  /// Ctrl+C and kill -9 while the server is silent: what was finished is not asked again.
  @Test(arguments: [SIGINT, SIGKILL])
  func whatWasFinishedIsNotAskedAgain(_ signal: Int32) throws {
    let server = try judge { $0 == 5 || $0 == 12 ? .silence : nil }
    func arguments(_ out: String) -> [String] {
      awareness(
        job.model,
        [
          "--judge", "endpoint:" + server.address, "--judge-concurrency", "1", "--out",
          job.path + "/" + out, "--quiet",
        ])
    }
    for stuck in [5, 12] {
      let run = try Program.start(arguments("cut"))
      while run.isRunning, prompts(server).count <= stuck { usleep(1000) }
      // What came before is recorded as it comes.
      usleep(200_000)
      run.send(signal)
      let outcome = try run.wait()
      try #require(outcome.status == (signal == SIGINT ? 130 : 128 + SIGKILL), "\(outcome)")
      if signal == SIGINT {
        #expect(
          outcome.standardError.hasPrefix(
            "\nspin: stopping; Ctrl+C again ends at once\nspin: stopped; what is finished is stored: run the "
          ),
          "\(outcome.standardError)")
      }
    }
    #expect(try Program.run(arguments("cut")).status == 0)
    let asked = Dictionary(grouping: prompts(server)) { $0 }.mapValues(\.count)
    #expect(asked.values.sorted().suffix(3) == [1, 2, 2], "\(asked.values)")
    #expect(try Program.run(arguments("whole")).status == 0)
    let items = "/awareness-all-answers.jsonl"
    #expect(try bytes(of: job.path + "/cut" + items) == bytes(of: job.path + "/whole" + items))
  }

  @Test func serversThatAreNotThereEndTheWorkBeforeItBegins() throws {
    let port = try StubServer { _, _ in .hangUp }.port
    let out = job.path + "/out"
    var outcome: Program.Outcome?
    // The port is free once the thread that listened has noticed.
    for _ in 0..<20 where outcome?.standardError.contains("nothing listens") != true {
      outcome = try Program.run(
        awareness(job.model, ["--judge", "endpoint:http://127.0.0.1:\(port)", "--out", out]))
    }
    #expect(outcome?.status == 69)
    #expect(
      outcome?.standardError
        == "spin: http://127.0.0.1:\(port)/v1/models: nothing listens there; start the server, or "
        + "correct the address\n")
    #expect(!FileManager.default.fileExists(atPath: out))
  }

  @Test func wrongOptionsAreSaid() throws {
    let server = try judge()
    let endpoint = "endpoint:" + server.address
    func message(_ status: Int32, _ options: String...) throws -> String {
      let outcome = try Program.run(awareness(job.model, options))
      #expect(outcome.status == status, "\(outcome)")
      let line = outcome.standardError.split(separator: "\n").first ?? ""
      return job.masked(String(line)).replacing(":\(server.port)", with: ":PORT")
    }
    let need =
      "spin: --judge-model, --judge-route, --judge-concurrency, --judge-token-field, "
      + "--judge-temperature and --judge-extra need "
    for flag in [
      "--judge-model=m", "--judge-route=chat", "--judge-token-field=max_tokens",
      "--judge-temperature=none", "--judge-extra=a=1",
    ] {
      #expect(
        try message(64, flag) == need + "--judge endpoint:URL; see spin evaluate awareness --help")
    }
    #expect(
      try message(64, "--judge", endpoint, "--judge-concurrency", "0")
        == "spin: --judge-concurrency: must be between 1 and 4096; see spin evaluate awareness --help"
    )
    #expect(
      try message(64, "--judge", endpoint, "--judge-mode", "verdict")
        == "spin: --judge-mode and --judge-batch-size need --judge md-judge:DIR or model:DIR; see spin evaluate awareness --help"
    )
    #expect(
      try message(64, "--judge", endpoint, "--judge-extra", "stream=true")
        .contains("--judge-extra: is \"stream=true\", expected <name=json>"))
    #expect(
      try message(64, "--judge", endpoint, "--judge-temperature", "warm")
        .contains("--judge-temperature: is \"warm\", expected <number|none>"))
    #expect(
      try message(64, "--judge", "endpoint:").contains(
        "--judge: is \"endpoint:\", expected <judge>"))
    #expect(
      try message(64, "--judge", "endpoint:localhost")
        == "spin: \"localhost\": is no web address; write it as http://127.0.0.1:8000")
    #expect(
      try message(64, "--judge", endpoint, "--api-key-env", "SPIN_NO_SUCH_KEY")
        == "spin: the environment variable SPIN_NO_SUCH_KEY: is not set, expected the key of "
        + "http://127.0.0.1:PORT/v1; set it, or leave out its name if the endpoint needs no key")
    #expect(
      try message(69, "--judge", endpoint, "--judge-model", "other")
        == "spin: http://127.0.0.1:PORT/v1/models: lists no model \"other\", only \"m\"; name one "
        + "of these")
    #expect(
      try message(65, "--judge", endpoint, "--judge-template", questions)
        == "spin: DIR/questions.csv: has no {question}, expected {question} and {answer}; write it "
        + "where the question goes")
    #expect(
      try message(64, "--answers", "phrases").contains("expected endpoint:URL"))
    #expect(
      try message(64, "--answers", endpoint, "--patch", "p.json")
        == "spin: --patch and --adapter need the model here, and --answers names a server; see spin evaluate awareness --help"
    )
    #expect(
      try message(64, "--answers-concurrency", "3")
        == "spin: --answers-concurrency, --answers-api-key-env, --answers-token-field and "
        + "--answers-extra need --answers endpoint:URL; see spin evaluate awareness --help")
    #expect(
      try message(64, "--request-timeout", "0")
        == "spin: --request-timeout: must be above 0 and at most 86400 seconds; see spin evaluate awareness --help"
    )
    #expect(
      try message(
        64, "--answers", endpoint, "--judge", "endpoint:http://127.0.0.1:1", "--api-key-env", "K")
        == "spin: --api-key-env: names the key of one server, and there are two; name that of "
        + "--answers with --answers-api-key-env")
  }
}
