// SPDX-License-Identifier: Apache-2.0

/// Finds the matches of a pattern in one text, leftmost first, trying alternatives in order.
///
/// It backtracks with an explicit stack and memoizes failed states (`MatchMemo`) once a search
/// takes long, so the work is bounded by the length of the text times the size of the pattern.
struct PatternMatcher {
  /// An alternative to try if the present path fails.
  private struct Alternative {
    let pc: Int
    /// The position at which to continue.
    var position: Int
    /// After `position`, each preceding scalar boundary down to this one is tried as well.
    let lowest: Int
    let pathCount: Int
  }

  /// The average number of steps per scalar of text before memoization begins.
  private static let usualSteps = 32
  private static let initialCredit = 4096

  private let program: PatternProgram
  private let bounds: Range<Int>
  private var stack: [Alternative] = []
  private var memo: MatchMemo
  /// The last run of scalars that each possessive span matched, by key.
  private var runs: [Int: Range<Int>] = [:]
  /// The number of steps left before memoization begins.
  private var credit = Self.initialCredit
  /// The nesting depth of look-around and atomic groups being matched.
  private var depth = 0

  /// A matcher for the part of a text in `bounds`, which is treated as the whole text.
  init(_ program: PatternProgram, in bounds: Range<Int>) {
    self.program = program
    self.bounds = bounds
    memo = MatchMemo(keyCount: max(program.keyCount, 1))
  }

  /// Calls `body` with each match, like `find_iter` of the regular expression engine of the
  /// `tokenizers` package: an empty match right after another match is skipped.
  mutating func forEachMatch(in text: Span<UInt8>, _ body: (Range<Int>) -> Void) {
    var position = bounds.lowerBound
    var lastEnd = -1
    while position <= bounds.upperBound, let match = firstMatch(in: text, from: position) {
      if match.isEmpty, match.lowerBound == lastEnd {
        guard lastEnd < bounds.upperBound else { return }
        position = lastEnd + scalar(in: text, at: lastEnd).length
        continue
      }
      body(match)
      position = match.upperBound
      lastEnd = position
    }
  }

  private mutating func firstMatch(in text: Span<UInt8>, from start: Int) -> Range<Int>? {
    var position = start
    while true {
      if position == bounds.upperBound || program.canBegin[Int(text[position])] {
        let end = run(0, position, text)
        if end >= 0 {
          credit = min(credit + Self.usualSteps * (end - position), Self.initialCredit)
          return position..<end
        }
      }
      guard position < bounds.upperBound else { return nil }
      position += scalar(in: text, at: position).length
      credit = min(credit + Self.usualSteps, Self.initialCredit)
    }
  }

  /// Runs the program from an instruction to its `accept`; returns the end of the match, or -1.
  private mutating func run(_ start: Int, _ from: Int, _ text: Span<UInt8>) -> Int {
    let base = stack.count
    let pathBase = memo.pathCount
    var pc = start
    var position = from
    while true {
      var isAlive = true
      credit -= 1
      switch program.instructions[pc] {
      case .scalar(let index):
        if let next = next(text, position, index) {
          position = next
          pc += 1
        } else {
          isAlive = false
        }
      case .span(let index, let minimum, let maximum, let isPossessive, let key):
        let state = span(
          text, position, index, minimum, maximum, isPossessive, key: key, next: pc + 1)
        switch state {
        case .position(let end):
          position = end
          pc += 1
        case .failed: isAlive = false
        case .accepted(let end): return accept(end, base, pathBase)
        }
      case .choice(let first, let second, let key):
        switch enter(key, position) {
        case .unknown:
          push(second, position, lowest: position)
          pc = first
        case .failed: isAlive = false
        case .succeeded(let end): return accept(end, base, pathBase)
        }
      case .jump(let target): pc = target
      case .anchor(let anchor):
        isAlive = holds(anchor, text, position)
        pc += 1
      case .look(let next, let width, let isNegative):
        let begin = width.map { stepBack(text, position, by: $0) } ?? position
        isAlive = (begin.map { subRun(pc + 1, $0, text) >= 0 } ?? false) != isNegative
        pc = next
      case .atomic(let next):
        position = subRun(pc + 1, position, text)
        isAlive = position >= 0
        pc = next
      case .accept: return accept(position, base, pathBase)
      }
      if isAlive { continue }
      guard stack.count > base else {
        memo.fail(to: pathBase)
        return -1
      }
      (pc, position) = popAlternative(text)
    }
  }

  private mutating func subRun(_ start: Int, _ from: Int, _ text: Span<UInt8>) -> Int {
    depth += 1
    defer { depth -= 1 }
    return run(start, from, text)
  }

  private mutating func accept(_ end: Int, _ base: Int, _ pathBase: Int) -> Int {
    stack.removeLast(stack.count - base)
    if memo.pathCount > pathBase {
      memo.succeed(to: pathBase, end: end, isRemembered: depth > 0)
    }
    return end
  }

  private mutating func push(_ pc: Int, _ position: Int, lowest: Int) {
    stack.append(
      Alternative(pc: pc, position: position, lowest: lowest, pathCount: memo.pathCount))
  }

  private mutating func popAlternative(_ text: Span<UInt8>) -> (pc: Int, position: Int) {
    let top = stack[stack.count - 1]
    if top.pathCount < memo.pathCount { memo.fail(to: top.pathCount) }
    if top.position > top.lowest {
      stack[stack.count - 1].position = scalarStart(in: text, before: top.position)
    } else {
      stack.removeLast()
    }
    return (top.pc, top.position)
  }

  @inline(__always)
  private mutating func enter(_ key: Int, _ position: Int) -> MatchMemo.Entry {
    credit >= 0 ? .unknown : memo.enter(key, at: position - bounds.lowerBound)
  }

  /// The position after the scalar at `position`; nil if it is not in the class or the text ends.
  @inline(__always)
  private func next(_ text: Span<UInt8>, _ position: Int, _ index: Int) -> Int? {
    guard position < bounds.upperBound else { return nil }
    let (value, length) = scalar(in: text, at: position)
    return program.classes[index].contains(value) ? position + length : nil
  }

  private func stepBack(_ text: Span<UInt8>, _ position: Int, by width: Int) -> Int? {
    var index = position
    for _ in 0..<width {
      guard index > bounds.lowerBound else { return nil }
      index = scalarStart(in: text, before: index)
    }
    return index
  }

  // MARK: - Spans

  private enum SpanOutcome {
    case position(Int)
    case failed
    case accepted(Int)
  }

  private mutating func span(
    _ text: Span<UInt8>, _ start: Int, _ index: Int, _ minimum: Int, _ maximum: Int,
    _ isPossessive: Bool, key: Int, next pc: Int
  ) -> SpanOutcome {
    if isPossessive, maximum == .max {
      let end = runEnd(text, start, index, key)
      return minimum == 0 || (minimum == 1 && end > start)
        || stepForward(text, start, by: minimum, until: end) ? .position(end) : .failed
    }
    switch enter(key, start) {
    case .unknown: break
    case .failed: return .failed
    case .succeeded(let end): return .accepted(end)
    }
    var position = start
    var lowest = start
    var count = 0
    while count < maximum, let next = next(text, position, index) {
      // With memoization, each length is a state.
      if count >= minimum, credit < 0, maximum == .max {
        return rememberedSpan(text, position, index, key: key + 1, next: pc)
      }
      position = next
      count += 1
      if count <= minimum { lowest = position }
    }
    credit -= count >> 3
    guard count >= minimum else { return .failed }
    if !isPossessive, position > lowest {
      push(pc, scalarStart(in: text, before: position), lowest: lowest)
    }
    return .position(position)
  }

  /// Matches scalars one by one, each length being a state.
  private mutating func rememberedSpan(
    _ text: Span<UInt8>, _ start: Int, _ index: Int, key: Int, next pc: Int
  ) -> SpanOutcome {
    var position = start
    while true {
      switch memo.enter(key, at: position - bounds.lowerBound) {
      case .unknown: break
      case .failed: return .failed
      case .succeeded(let end): return .accepted(end)
      }
      guard let next = next(text, position, index) else { return .position(position) }
      push(pc, position, lowest: position)
      position = next
    }
  }

  /// The end of the run of scalars of a class from `start`; a run that is already known is skipped.
  private mutating func runEnd(_ text: Span<UInt8>, _ start: Int, _ index: Int, _ key: Int) -> Int {
    let known = runs[key] ?? 0..<0
    if known.contains(start) { return known.upperBound }
    var position = start
    while let next = next(text, position, index) {
      position = next
      if position == known.lowerBound, !known.isEmpty {
        position = known.upperBound
        break
      }
    }
    if position > start { runs[key] = start..<position }
    return position
  }

  private func stepForward(
    _ text: Span<UInt8>, _ start: Int, by count: Int, until end: Int
  ) -> Bool {
    var position = start
    for _ in 0..<count {
      guard position < end else { return false }
      position += scalar(in: text, at: position).length
    }
    return true
  }

  // MARK: - Anchors

  private func holds(
    _ anchor: PatternNode.Anchor, _ text: Span<UInt8>, _ position: Int
  ) -> Bool {
    let isStart = position == bounds.lowerBound
    let isEnd = position == bounds.upperBound
    switch anchor {
    case .textStart: return isStart
    case .textEnd: return isEnd
    case .lineStart: return isStart || (!isEnd && text[position - 1] == 0x0A)
    case .lineEnd: return isEnd || text[position] == 0x0A
    case .textEndOrFinalNewline:
      return isEnd || (text[position] == 0x0A && position + 1 == bounds.upperBound)
    case .wordBoundary, .noWordBoundary:
      let before = !isStart && isWord(text, scalarStart(in: text, before: position))
      let after = !isEnd && isWord(text, position)
      return (before != after) == (anchor == .wordBoundary)
    }
  }

  private func isWord(_ text: Span<UInt8>, _ position: Int) -> Bool {
    ScalarSet.wordOutsideClasses.contains(UInt32(scalar(in: text, at: position).value))
  }
}
