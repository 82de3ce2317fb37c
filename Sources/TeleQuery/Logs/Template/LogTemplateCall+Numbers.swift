import TeleModel
import TeleQL

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension LogTemplateCall {
    func number() throws(LogTemplateError) -> LogTemplateValue? {
        switch name {
        case "int":
            try need(1)
            return .int(whole(0))
        case "float64":
            try need(1)
            return .double(float(0))
        case "add", "mul", "max", "min":
            guard !arguments.isEmpty else { throw LogTemplateError("wrong number of args for \(name)") }
            return .int(arguments.indices.dropFirst().reduce(whole(0)) { folded($0, whole($1)) })
        case "sub", "div", "mod":
            try need(2)
            let (a, b) = (whole(0), whole(1))
            if name == "sub" { return .int(a &- b) }
            guard b != 0 else { throw LogTemplateError("error calling \(name): runtime error: integer divide by zero") }
            if b == -1 { return .int(name == "div" ? 0 &- a : 0) }
            return .int(name == "div" ? a / b : a % b)
        case "addf", "subf", "mulf", "divf", "maxf", "minf":
            guard !arguments.isEmpty else { throw LogTemplateError("wrong number of args for \(name)") }
            return .double(arguments.indices.dropFirst().reduce(float(0)) { folded($0, float($1)) })
        case "ceil", "floor":
            try need(1)
            return .double(float(0).rounded(name == "ceil" ? .up : .down))
        case "round":
            guard arguments.count == 2 || arguments.count == 3 else {
                throw LogTemplateError("wrong number of args for round: want 2 got \(arguments.count)")
            }
            return .double(rounded(float(0), places: whole(1), up: arguments.count > 2 ? float(2) : 0.5))
        case "bytes", "duration", "duration_seconds":
            try need(1)
            let text = try string(0)
            let value =
                name == "bytes"
                ? NumberText.size(text).map { Double($0) } : NumberText.goDuration(text).map { Double($0) / 1e9 }
            guard let value else { throw LogTemplateError("error calling \(name): invalid value \"\(text)\"") }
            return .double(value)
        default: return nil
        }
    }

    private func folded(_ a: Int64, _ b: Int64) -> Int64 {
        switch name {
        case "add": a &+ b
        case "mul": a &* b
        case "max": max(a, b)
        default: min(a, b)
        }
    }

    private func folded(_ a: Double, _ b: Double) -> Double {
        switch name {
        case "addf": a + b
        case "subf": a - b
        case "mulf": a * b
        case "divf": a / b
        case "maxf": a > b ? a : b
        default: a < b ? a : b
        }
    }

    private func rounded(_ value: Double, places: Int64, up: Double) -> Double {
        guard value.isFinite, abs(places) <= 300 else { return value }
        let scale = pow(10, Double(places))
        let digits = value * scale
        guard digits.isFinite else { return value }
        let fraction = digits - digits.rounded(.towardZero)
        return (fraction >= up ? digits.rounded(.up) : digits.rounded(.down)) / scale
    }
}
