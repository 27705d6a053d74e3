/// Parts of timestamps, in UTC or a named zone, and of durations.
enum TimeFunctions {
    private typealias Part = @Sendable (CivilTime, CELTimestamp) -> Int

    static let all: [(String, Function.Form)] =
        [
            accessor("getFullYear") { time, _ in time.date.year },
            accessor("getMonth") { time, _ in time.date.month - 1 },
            accessor("getDayOfYear") { time, _ in time.date.dayOfYear },
            accessor("getDayOfMonth") { time, _ in time.date.day - 1 },
            accessor("getDate") { time, _ in time.date.day },
            accessor("getDayOfWeek") { time, _ in time.dayOfWeek },
            accessor("getHours", { $0.seconds / 3600 }) { time, _ in time.hour },
            accessor("getMinutes", { $0.seconds / 60 }) { time, _ in time.minute },
            accessor("getSeconds", { $0.seconds }) { time, _ in time.second },
            accessor("getMilliseconds", { Int64($0.nanos / 1_000_000) }) { _, moment in
                Int(moment.nanos / 1_000_000)
            },
        ].flatMap { $0 }

    private static func accessor(
        _ name: String, _ ofDuration: (@Sendable (CELDuration) -> Int64)? = nil, _ part: @escaping Part
    ) -> [(String, Function.Form)] {
        let plain: Function.Unary = { (value: Value, frame: inout Frame) throws(EvaluationError) -> Value in
            switch value {
            case .timestamp(let moment): return .int(Int64(part(CivilTime(moment, offsetSeconds: 0), moment)))
            case .duration(let span):
                if let ofDuration { return .int(ofDuration(span)) }
                throw .noSuchOverload(name, value)
            default: throw .noSuchOverload(name, value)
            }
        }
        let zoned: Function.Binary = {
            (value: Value, zone: Value, frame: inout Frame) throws(EvaluationError) -> Value in
            guard case .timestamp(let moment) = value, case .string(let name) = zone else {
                throw .noSuchOverload(name, value, zone)
            }
            let offset = try moment.offset(zone: name, provider: frame.zones)
            return .int(Int64(part(CivilTime(moment, offsetSeconds: offset), moment)))
        }
        return [(name, .unary(plain)), (name, .binary(zoned))]
    }
}
