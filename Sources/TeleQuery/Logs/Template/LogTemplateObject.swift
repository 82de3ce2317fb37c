/// A value with fields and methods of its own, which are made when a template asks for them: a list of 200,000 alerts
/// costs what is looked at.
package protocol LogTemplateObject: Sendable {
    /// A field, or a method with its arguments; nil where there is none of that name.
    func member(_ name: String, _ arguments: [LogTemplateValue]) throws(LogTemplateError) -> LogTemplateValue?
    /// How many elements `range` goes over and `len` counts; nil where it is no list and no map.
    var count: Int? { get }
    /// One of ``count``.
    func element(_ at: Int) -> (key: LogTemplateValue, value: LogTemplateValue)
    /// What `index` gives; nil where there is nothing of that key.
    func value(for key: LogTemplateValue) -> LogTemplateValue?
    var isTrue: Bool { get }
    /// As Go prints it with `%v`.
    var printed: String { get }
}

extension LogTemplateObject {
    package var count: Int? { nil }
    package func element(_ at: Int) -> (key: LogTemplateValue, value: LogTemplateValue) { (.int(Int64(at)), .null) }
    package func value(for key: LogTemplateValue) -> LogTemplateValue? {
        guard case .int(let at) = key, let count, at >= 0, at < Int64(count) else { return nil }
        return element(Int(at)).value
    }
    package var isTrue: Bool { count != 0 }
}
