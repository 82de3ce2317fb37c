/// What a page holds. Numbers are the format: never reuse one.
enum PageKind: UInt8 {
    case core = 1, time = 2, scope = 3, severity = 4, ids = 5, body = 6, rest = 7, shapes = 8, attribute = 9
    case name = 10, events = 11, eventShapes = 12, eventAttribute = 13, links = 14, linkShapes = 15, linkAttribute = 16
}
