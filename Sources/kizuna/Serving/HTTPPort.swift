import ArgumentParser

/// Whether and where there is HTTP.
enum HTTPPort: ExpressibleByArgument, Hashable {
    case off
    case number(Int)

    init?(argument: String) {
        if argument == "off" {
            self = .off
        } else if let number = UInt16(argument) {
            self = .number(Int(number))
        } else {
            return nil
        }
    }
}
