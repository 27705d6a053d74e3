import HTTPTypes
import Hummingbird

/// Counts requests for what is not there, such as those of whoever tries what a server may have.
struct StrayRequests<Context: RequestContext>: RouterMiddleware {
    let whenStray: @Sendable () -> Void

    @concurrent func handle(
        _ request: Hummingbird.Request, context: Context,
        next: @concurrent (Hummingbird.Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            whenStray()
            throw error
        }
    }
}
