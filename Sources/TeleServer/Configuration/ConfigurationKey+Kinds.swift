/// The kinds of values that keys have.
extension ConfigurationKey {
    static func one(_ values: [String]) throws(ConfigurationProblem) -> String {
        guard values.count == 1, !values[0].isEmpty else {
            throw ConfigurationProblem(values.count > 1 ? "takes one value, not a list" : "has no value")
        }
        return values[0]
    }

    static func text(
        _ name: String, _ help: String, _ path: any WritableKeyPath<Configuration, String> & Sendable
    ) -> ConfigurationKey {
        ConfigurationKey(
            name: name, help: help, isReloadable: false, isList: false,
            apply: { configuration, values throws(ConfigurationProblem) in
                configuration[keyPath: path] = try one(values)
            }, show: { [$0[keyPath: path]] })
    }

    /// A text that may be empty, and change while the process runs.
    static func optionalText(
        _ name: String, _ help: String, _ path: any WritableKeyPath<Configuration, String> & Sendable
    ) -> ConfigurationKey {
        ConfigurationKey(
            name: name, help: help, isReloadable: true, isList: false,
            apply: { configuration, values throws(ConfigurationProblem) in
                guard values.count < 2 else { throw ConfigurationProblem("takes one value, not a list") }
                configuration[keyPath: path] = values.first ?? ""
            }, show: { [$0[keyPath: path]] })
    }

    static func texts(
        _ name: String, _ help: String, _ path: any WritableKeyPath<Configuration, [String]> & Sendable
    ) -> ConfigurationKey {
        ConfigurationKey(
            name: name, help: help, isReloadable: true, isList: true,
            apply: { configuration, values in configuration[keyPath: path] = values },
            show: { $0[keyPath: path] })
    }

    static func addresses(
        _ name: String, _ help: String, _ path: any WritableKeyPath<Configuration, [ListenAddress]> & Sendable
    ) -> ConfigurationKey {
        ConfigurationKey(
            name: name, help: help, isReloadable: false, isList: true,
            apply: { configuration, values throws(ConfigurationProblem) in
                var addresses: [ListenAddress] = []
                for value in values {
                    let address = try ListenAddress(value)
                    if address.port != 0, addresses.contains(address) {
                        throw ConfigurationProblem("\(address) is listed twice")
                    }
                    addresses.append(address)
                }
                guard !addresses.isEmpty else { throw ConfigurationProblem("has no address") }
                configuration[keyPath: path] = addresses
            }, show: { $0[keyPath: path].map(\.description) })
    }

    static func choice<Choice: RawRepresentable & CaseIterable & Sendable>(
        _ name: String, _ help: String, _ path: any WritableKeyPath<Configuration, Choice> & Sendable
    ) -> ConfigurationKey where Choice.RawValue == String {
        ConfigurationKey(
            name: name, help: help, isReloadable: false, isList: false,
            apply: { configuration, values throws(ConfigurationProblem) in
                let text = try one(values)
                guard let choice = Choice(rawValue: text) else {
                    let choices = Choice.allCases.map(\.rawValue).joined(separator: ", ")
                    throw ConfigurationProblem("\"\(text)\" is none of \(choices)")
                }
                configuration[keyPath: path] = choice
            }, show: { [$0[keyPath: path].rawValue] })
    }

    static func flag(
        _ name: String, _ help: String, _ path: any WritableKeyPath<Configuration, Bool> & Sendable,
        isReloadable: Bool = false
    ) -> ConfigurationKey {
        value(name, help, path, isReloadable: isReloadable) { text throws(ConfigurationProblem) in
            guard let isOn = ["true": true, "1": true, "false": false, "0": false][text] else {
                throw ConfigurationProblem("\"\(text)\" is neither true nor false")
            }
            return isOn
        } show: {
            "\($0)"
        }
    }

    static func size(
        _ name: String, _ help: String, _ path: any WritableKeyPath<Configuration, Int> & Sendable, least: Int = 1,
        isReloadable: Bool = false
    ) -> ConfigurationKey {
        value(name, help, path, isReloadable: isReloadable) { text throws(ConfigurationProblem) in
            let bytes = try ByteSize.parse(text)
            guard bytes >= least else {
                throw ConfigurationProblem("\(ByteSize.text(bytes)) is less than \(ByteSize.text(least))")
            }
            return bytes
        } show: {
            ByteSize.text($0)
        }
    }

    static func duration(
        _ name: String, _ help: String, _ path: any WritableKeyPath<Configuration, Int64> & Sendable,
        isReloadable: Bool = false
    ) -> ConfigurationKey {
        value(name, help, path, isReloadable: isReloadable) { text throws(ConfigurationProblem) in
            let milliseconds = try DurationText.parse(text)
            guard milliseconds > 0 else { throw ConfigurationProblem("has to be longer than 0") }
            return milliseconds
        } show: {
            DurationText.text($0)
        }
    }

    /// A duration of at least a second, or `off`.
    static func interval(
        _ name: String, _ help: String, _ path: any WritableKeyPath<Configuration, Int64> & Sendable
    ) -> ConfigurationKey {
        value(name, help, path, isReloadable: true) { text throws(ConfigurationProblem) in
            let milliseconds = text == "off" || text == "false" ? 0 : try DurationText.parse(text)
            guard milliseconds == 0 || milliseconds >= 1000 else {
                throw ConfigurationProblem("\(text) is shorter than 1s; off is never")
            }
            return milliseconds
        } show: {
            $0 == 0 ? "off" : DurationText.text($0)
        }
    }

    static func count(
        _ name: String, _ help: String, _ path: any WritableKeyPath<Configuration, Int> & Sendable,
        isReloadable: Bool = true
    ) -> ConfigurationKey {
        value(name, help, path, isReloadable: isReloadable) { text throws(ConfigurationProblem) in
            guard let number = Int(text), number > 0 else {
                throw ConfigurationProblem("\"\(text)\" is no whole number above 0")
            }
            return number
        } show: {
            "\($0)"
        }
    }

    /// A setting of one value that is read from its text.
    private static func value<Value: Sendable>(
        _ name: String, _ help: String, _ path: any WritableKeyPath<Configuration, Value> & Sendable,
        isReloadable: Bool, parse: @escaping @Sendable (String) throws(ConfigurationProblem) -> Value,
        show: @escaping @Sendable (Value) -> String
    ) -> ConfigurationKey {
        ConfigurationKey(
            name: name, help: help, isReloadable: isReloadable, isList: false,
            apply: { configuration, values throws(ConfigurationProblem) in
                configuration[keyPath: path] = try parse(try one(values))
            }, show: { [show($0[keyPath: path])] })
    }
}
