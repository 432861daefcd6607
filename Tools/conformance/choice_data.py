# SPDX-License-Identifier: Apache-2.0
"""Data for the eight multiple-choice tasks: real where it lies beside the checkout, made up elsewhere.

`make(folder, material)` writes, for each task, what `spin` reads (`spin`) and the same items as a JSON
file in the columns of the Hugging Face data set (`harness`). Where the two differ in form, the form
that spin reads is the one in which the data are published.
"""

import csv
import json
import pathlib
import random

WORDS = ("the a old small river house teacher often quickly said that light water of and under four "
         "green question Paris 1969 naïve 東京 it's \"so\" however, because answer animals").split()
SUBJECTS = ["abstract_algebra", "anatomy", "business_ethics", "econometrics", "formal_logic",
            "high_school_us_history", "us_foreign_policy", "world_religions"]


def phrase(rng, low, high):
    return " ".join(rng.choice(WORDS) for _ in range(rng.randint(low, high)))


def sentence(rng, low=4, high=12):
    return phrase(rng, low, high).capitalize() + "."


def dump(path, rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return path


def load(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def hellaswag(rng, material):
    if material:
        rows = load(material / "hellaswag/hellaswag_val.jsonl")
        for row in rng.sample(rows, 260):
            whole = row["ctx"]
            cut = whole.rfind(". ") if whole[-1] != "." and not whole.startswith("How to ") else -1
            a, b = (whole[: cut + 1], whole[cut + 2 :]) if cut >= 0 else (whole, "")
            yield {"ind": row["ind"], "activity_label": row["activity_label"], "ctx_a": a,
                   "ctx_b": b, "ctx": whole, "endings": row["endings"], "source_id": "x",
                   "split": "val", "label": str(row["label"])}
        return
    for index in range(260):
        a = (f"[header] How to {phrase(rng, 2, 5)} [title] {sentence(rng)} [step] {sentence(rng)}"
             if index % 2 else f"{sentence(rng)} {sentence(rng)}")
        b = "" if index % 2 else phrase(rng, 1, 3)
        endings = [f" {sentence(rng)} [substeps]  {sentence(rng)}" if index % 2 else sentence(rng)
                   for _ in range(4)]
        yield {"ind": index, "activity_label": phrase(rng, 1, 3), "ctx_a": a, "ctx_b": b,
               "ctx": (a + " " + b).strip(), "endings": endings, "label": str(rng.randrange(4))}


def race(rng, material):
    """Articles with one to three problems; some end in a gap."""
    if material:
        rows = [row for row in load(material / "race/race.jsonl")
                if row["example_id"].startswith("high")]
        rng.shuffle(rows)
    else:
        rows = [{"article": " ".join(sentence(rng) for _ in range(8)),
                 "question": sentence(rng) if index % 2 else f"{phrase(rng, 3, 5)}  _  .",
                 "options": [sentence(rng, 1, 5) for _ in range(4)], "answer": rng.choice("ABCD")}
                for index in range(240)]
    while len(rows) >= 3:
        part = [rows.pop() for _ in range(rng.randint(1, 3))]
        problems = [{key: row[key] for key in ("question", "answer", "options")} for row in part]
        yield {"article": part[0]["article"], "problems": str(problems)}


def mmlu(rng, material):
    """{subject: {split: rows}} and whether the rows are those of the real data."""
    subjects = {}
    for subject in SUBJECTS:
        for split in ("test", "dev"):
            if material:
                path = material / f"mmlu/{split}/{subject}_{split}.csv"
                with open(path, newline="", encoding="utf-8") as file:
                    read = list(csv.DictReader(file))[:25]
                rows = [(row["question"], [row[f"choice{i}"] for i in range(4)],
                         int(row["answer"])) for row in read]
            else:
                rows = [(f" {sentence(rng)}\n{sentence(rng)} ", [phrase(rng, 1, 4) for _ in "ABCD"],
                         rng.randrange(4)) for _ in range(25 if split == "test" else 5)]
            subjects.setdefault(subject, {})[split] = [
                {"question": question, "subject": subject, "choices": choices, "answer": answer}
                for question, choices, answer in rows]
    return subjects


def gpqa(rng):
    """Made up: the real questions are not to be spread."""
    for index in range(40):
        answers = [f" {phrase(rng, 1, 6)}  {phrase(rng, 1, 2)} " for _ in range(4)]
        if index % 7 == 0:
            answers[3] = answers[0]
        row = {"Record ID": f"r{index}", "Question": f"{sentence(rng)}\n{sentence(rng)}",
               "Correct Answer": answers[0]}
        for place in (1, 2, 3):
            row[f"Incorrect Answer {place}"] = None if index % 11 == 5 and place == 2 \
                else answers[place]
        yield row


def openbookqa(rng, material):
    if material:
        for row in json.loads((material / "openbookqa/test.json").read_text())[:160]:
            rest = row["instruction"].split("question: ", 1)[1]
            stem, rest = rest.split("\n\nAnswer1: ")
            texts = []
            for mark in (" Answer2: ", " Answer3: ", " Answer4: ", "\n\nAnswer format"):
                text, rest = rest.split(mark)
                texts.append(text)
            yield row, {"question_stem": stem, "choices": {"text": texts, "label": list("ABCD")},
                        "answerKey": "ABCD"[int(row["answer"][-1]) - 1]}
        return
    for _ in range(160):
        row = {"question_stem": sentence(rng),
               "choices": {"text": [phrase(rng, 1, 4) for _ in "ABCD"], "label": list("ABCD")},
               "answerKey": rng.choice("ABCD")}
        yield row, row


def boolq(rng, material):
    """The passages are articles of RACE, or made up: the files at hand have none."""
    articles = [row["article"] for row in load(material / "race/race.jsonl")] if material else []
    asked = json.loads((material / "boolq/test.json").read_text()) if material else []
    for index in range(160):
        passage = articles[index] if material else " ".join(sentence(rng) for _ in range(5))
        question = (asked[index]["instruction"].split("question: ", 1)[1].split("?\n\n")[0]
                    if material else phrase(rng, 3, 8))
        yield {"question": question, "passage": passage, "idx": index, "label": rng.randrange(2)}


def ag_news(rng, material):
    """Rows of class, title and description."""
    if material:
        with open(material / "ag_news/test.csv", newline="", encoding="utf-8") as file:
            yield from list(csv.reader(file))[:200]
        return
    for _ in range(200):
        yield [str(rng.randint(1, 4)), phrase(rng, 3, 6), f"{sentence(rng)} \\{sentence(rng)}"]


def make(folder, material=None):
    """{task: {"spin": path, "spin_train": path or None, "harness": {split: path}}}."""
    rng = random.Random(7)
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    files = {}

    def add(task, rows, train=None, split="test", spin=None, spin_train=None):
        harness = {split: dump(folder / f"{task}.jsonl", rows)}
        if train:
            harness["train"] = dump(folder / f"{task}_train.jsonl", train)
        files[task] = {"spin": spin or harness[split],
                       "spin_train": spin_train or harness.get("train"), "harness": harness}

    rows = list(hellaswag(rng, material))
    add("hellaswag", rows[:200], rows[200:], "validation")
    add("race", list(race(rng, material)))
    add("gpqa", list(gpqa(rng)), split="train")
    files["gpqa"]["spin_train"] = None

    pairs = list(openbookqa(rng, material))
    spin = folder / "openbookqa.json"
    spin.write_text(json.dumps([raw for raw, _ in pairs[:120]]))
    spin_train = folder / "openbookqa_train.json"
    spin_train.write_text(json.dumps([raw for raw, _ in pairs[120:]]))
    rows = [row for _, row in pairs]
    add("openbookqa", rows[:120], rows[120:], spin=spin, spin_train=spin_train)

    rows = list(boolq(rng, material))
    add("boolq", rows[:120], rows[120:], "validation")

    raw = list(ag_news(rng, material))
    spin, spin_train = folder / "ag_news.csv", folder / "ag_news_train.csv"
    for path, part in ((spin, raw[:150]), (spin_train, raw[150:])):
        with open(path, "w", newline="", encoding="utf-8") as file:
            csv.writer(file, quoting=csv.QUOTE_ALL).writerows(part)
    rows = [{"text": f"{title} {text}", "label": int(kind) - 1} for kind, title, text in raw]
    add("ag_news", rows[:150], rows[150:], spin=spin, spin_train=spin_train)

    rows = [{"text": " ".join(sentence(rng) for _ in range(12)), "label": rng.randrange(2)}
            for _ in range(120)]
    add("imdb", rows[:90], rows[90:])

    rows = [{"context": phrase(rng, 4, 9), "choices": [phrase(rng, 1, 4) for _ in range(3)],
             "gold": rng.randrange(3), "note": index} for index in range(60)]
    rows += rows[:3]
    add("own", rows)
    files["own"]["spin_train"] = None

    harness = {}
    for subject, splits in mmlu(rng, material).items():
        for split, rows in splits.items():
            harness[(subject, split)] = dump(folder / f"mmlu_{subject}_{split}.jsonl", rows)
            path = folder / "mmlu" / split / f"{subject}_{split}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(path, "w", newline="", encoding="utf-8") as file:
                writer = csv.writer(file)
                writer.writerow(["question", "choice0", "choice1", "choice2", "choice3", "answer"])
                writer.writerows([row["question"], *row["choices"], row["answer"]] for row in rows)
    files["mmlu"] = {"spin": folder / "mmlu", "spin_train": None, "harness": harness}
    return files
