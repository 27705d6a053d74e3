import CEL

// CELBench [NANOSECONDS NANOSECONDS]: what Google's C++ took for the two rules, measured by `wheel.py` in the same run.

do throws(Diagnostics) {
    try RuleBench(wheel: CommandLine.arguments.dropFirst().compactMap { Double($0) }).run()
} catch {
    fatalError(error.rendered())
}
HostileBench.run()
