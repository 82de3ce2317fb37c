/// Sizes as people write them: `512MiB`, `50GB`, `1024`. Binary units have an i; a bare number is bytes.
package enum ByteSize {
    private static let units: [(name: String, factor: Double)] = [
        ("TiB", 0x1p40), ("GiB", 0x1p30), ("MiB", 0x1p20), ("KiB", 0x1p10), ("TB", 1e12), ("GB", 1e9), ("MB", 1e6),
        ("KB", 1e3), ("kB", 1e3), ("B", 1), ("", 1),
    ]

    package static func parse(_ text: String) throws(ConfigurationProblem) -> Int {
        let problem = ConfigurationProblem("\"\(text)\" is no size; write for example 512MiB, 50GiB or 1000000")
        for (name, factor) in units where text.hasSuffix(name) {
            let digits = text.dropLast(name.count)
            let isDecimal = digits.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2e }
            guard isDecimal, digits.utf8.first != 0x2e, let number = Double(digits), number.isFinite,
                let bytes = Int(exactly: (number * factor).rounded())
            else { throw problem }
            return bytes
        }
        throw problem
    }

    /// The shortest exact form.
    package static func text(_ bytes: Int) -> String {
        for (name, factor) in units.prefix(4) where bytes > 0 && bytes % Int(factor) == 0 {
            return "\(bytes / Int(factor))\(name)"
        }
        return "\(bytes)"
    }
}
