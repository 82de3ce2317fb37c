/// The status codes of google.rpc.Code that are used here.
package enum RPCCode: Int, Sendable {
    case ok = 0
    case cancelled = 1
    case invalidArgument = 3
    case resourceExhausted = 8
    case unimplemented = 12
    case internalError = 13
    case unavailable = 14
}
