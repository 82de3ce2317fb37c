/// A lexical unit of PromQL: its kind and its bytes in the query.
internal struct PromToken: Sendable {
    internal enum Kind: Sendable, Equatable {
        case end
        case identifier, number, duration, string
        case leftParen, rightParen, leftBrace, rightBrace, leftBracket, rightBracket
        case comma, colon, at
        case assign, equal, notEqual, matches, matchesNot, less, greater, lessOrEqual, greaterOrEqual
        case plus, minus, times, divide, modulo, power
        case trimUpper, trimLower
    }

    internal var kind: Kind
    internal var start: Int
    internal var end: Int
}
