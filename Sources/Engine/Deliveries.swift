/// Replies sorted by where they go, so that each sink is called once a batch.
struct Deliveries: Sendable {
    private var bySink: [(sink: any ReplySink, replies: [(token: Int, reply: Reply)])] = []

    init(_ submissions: [Submission], _ replies: [Reply]) {
        var places: [ObjectIdentifier: Int] = [:]
        for (submission, reply) in zip(submissions, replies) {
            let place = places[ObjectIdentifier(submission.sink)] ?? bySink.count
            if place == bySink.count {
                places[ObjectIdentifier(submission.sink)] = place
                bySink.append((submission.sink, []))
            }
            bySink[place].replies.append((submission.token, reply))
        }
    }

    func send() {
        for (sink, replies) in bySink { sink.deliver(replies) }
    }
}
