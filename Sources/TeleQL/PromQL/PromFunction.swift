/// A function's name and signature.
package struct PromFunction: Sendable {
    package var name: String
    package var arguments: [PromType]
    /// How many of the last arguments may be left out or repeated: 0 none, n: the last type up to n times, -1: any.
    package var variadic: Int
    package var result: PromType
    package var isExperimental: Bool

    private static func define(
        _ names: String, _ arguments: [PromType], variadic: Int = 0, _ result: PromType = .vector,
        experimental: Bool = false
    ) -> [PromFunction] {
        names.split(separator: " ").map {
            PromFunction(
                name: String($0), arguments: arguments, variadic: variadic, result: result,
                isExperimental: experimental)
        }
    }

    package static let all: [String: PromFunction] = {
        var list: [PromFunction] = []
        list += define(
            "abs absent acos acosh asin asinh atan atanh ceil cos cosh deg exp floor histogram_avg histogram_count "
                + "histogram_sum histogram_stddev histogram_stdvar ln log10 log2 rad sgn sin sinh sort sort_desc sqrt "
                + "tan tanh timestamp", [.vector])
        list += define(
            "absent_over_time avg_over_time changes count_over_time delta deriv idelta increase irate last_over_time "
                + "max_over_time min_over_time present_over_time rate resets stddev_over_time stdvar_over_time "
                + "sum_over_time", [.matrix])
        list += define(
            "first_over_time mad_over_time ts_of_first_over_time ts_of_last_over_time ts_of_max_over_time "
                + "ts_of_min_over_time", [.matrix], experimental: true)
        list += define(
            "day_of_month day_of_week day_of_year days_in_month hour minute month year", [.vector], variadic: 1)
        list += define("clamp", [.vector, .scalar, .scalar])
        list += define("clamp_max clamp_min", [.vector, .scalar])
        list += define("double_exponential_smoothing", [.matrix, .scalar, .scalar], experimental: true)
        list += define("holt_winters", [.matrix, .scalar, .scalar], experimental: true)
        list += define("histogram_fraction", [.scalar, .scalar, .vector])
        list += define("histogram_quantile", [.scalar, .vector])
        list += define(
            "histogram_quantiles", [.vector, .string, .scalar, .scalar], variadic: 9, experimental: true)
        list += define("start_timestamp", [.vector], experimental: true)
        list += define("info", [.vector, .vector], variadic: 1, experimental: true)
        list += define("label_join", [.vector, .string, .string, .string], variadic: -1)
        list += define("label_replace", [.vector, .string, .string, .string, .string])
        list += define("pi time", [], .scalar)
        list += define("start end range step", [], .scalar, experimental: true)
        list += define("predict_linear", [.matrix, .scalar])
        list += define("quantile_over_time", [.scalar, .matrix])
        list += define("round", [.vector, .scalar], variadic: 1)
        list += define("scalar", [.vector], .scalar)
        list += define("sort_by_label sort_by_label_desc", [.vector, .string], variadic: -1, experimental: true)
        list += define("min_of max_of", [.scalar, .scalar], .scalar, experimental: true)
        list += define("vector", [.scalar])
        return Dictionary(uniqueKeysWithValues: list.map { ($0.name, $0) })
    }()
}
