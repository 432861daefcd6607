// SPDX-License-Identifier: Apache-2.0

/// How many of a matrix's scores are written: `--keep`.
///
/// Selections look at the top few weights in ten million, so writing every score would store
/// gigabytes to read kilobytes.
public enum KeepPolicy: Sendable, Hashable {
  /// The larger of 4,096 entries and a share of 1e-4.
  case automatic
  /// A number of entries of every matrix.
  case entries(Int)
  /// A share of every matrix, rounded down to a number of entries.
  case share(Double)

  /// How many scores of a matrix are stored: at least one, at most all.
  public func count(rows: Int, columns: Int) -> Int {
    let size = rows * columns
    let wanted =
      switch self {
      case .automatic: max(4096, Share.count(1e-4, rows: rows, columns: columns))
      case .entries(let count): count
      case .share(let share): Share.count(share, rows: rows, columns: columns)
      }
    return min(max(wanted, 1), size)
  }
}

extension KeepPolicy: LosslessStringConvertible {
  /// Reads "auto", a number of entries ("20000") or a share up to 1 ("1e-3", "0.5", "1.0").
  public init?(_ description: String) {
    if description == "auto" {
      self = .automatic
    } else if let count = Int(description), count > 0 {
      self = .entries(count)
    } else if Int(description) == nil, let share = Double(description), share > 0, share <= 1 {
      self = .share(share)
    } else {
      return nil
    }
  }

  /// What `init(_:)` reads.
  public var description: String {
    switch self {
    case .automatic: "auto"
    case .entries(let count): "\(count)"
    case .share(let share): "\(share)"
    }
  }
}

/// The number of weights that a share of a matrix stands for.
public enum Share {
  /// Python's `int(share * rows * columns)`: two products in double precision, rounded towards 0.
  ///
  /// The order of the products matters in the last bit, and so in the count; this is the
  /// order of the paper's code.
  ///
  /// - Precondition: `share` lies between 0 and 1.
  public static func count(_ share: Double, rows: Int, columns: Int) -> Int {
    precondition((0...1).contains(share), "share must lie between 0 and 1")
    return Int(share * Double(rows) * Double(columns))
  }
}
