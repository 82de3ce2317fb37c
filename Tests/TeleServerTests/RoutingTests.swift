import HTTPTypes
import TeleServer
import Testing

@Suite struct RoutingTests {
    static func table(_ templates: [String]) -> RouteTable<String> {
        var table = RouteTable<String>()
        for template in templates { table.add([.get], template, template) }
        return table
    }

    static func find(_ table: RouteTable<String>, _ path: String) -> String {
        switch table.find(.get, RequestTarget(path).segments) {
        case .found(let target, let parameters):
            ([target] + parameters.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }).joined(separator: " ")
        case .wrongMethod: "405"
        case .unknown: "404"
        }
    }

    @Test(arguments: [
        ("/", "/"), ("/a", "/a"), ("/a/", "/a"), ("/a/b/values", "/a/{name}/values name=b"),
        ("/a/b%2Fc/values", "/a/{name}/values name=b/c"), ("/a/x", "/a/x"), ("/a/y", "/a/{id} id=y"),
        ("/a/x/values", "/a/{name}/values name=x"), ("/a/x/other", "404"), ("/b", "404"), ("/a/%zz", "/a/{id} id=%zz"),
    ])
    func templates(path: String, found: String) {
        let table = RoutingTests.table(["/", "/a", "/a/{name}/values", "/a/x", "/a/{id}"])
        #expect(RoutingTests.find(table, path) == found)
    }

    static func target(_ match: RouteTable<Int>.Match) -> Int? {
        if case .found(let target, _) = match { return target }
        return nil
    }

    @Test func methods() {
        var table = RouteTable<Int>()
        table.add([.get, .post], "/a", 1)
        table.add([.delete], "/a", 2)
        #expect(RoutingTests.target(table.find(.head, ["a"])) == 1)
        #expect(RoutingTests.target(table.find(.delete, ["a"])) == 2)
        var allowed: [HTTPRequest.Method] = []
        if case .wrongMethod(let methods) = table.find(.put, ["a"]) { allowed = methods }
        #expect(allowed == [.get, .post, .delete, .head])
    }

    @Test(arguments: [
        ("a=1&b=2", "a=1 b=2"), ("a=x+y%20z", "a=x y z"), ("a", "a="), ("=1", "=1"), ("", ""), ("&&a=1&", "a=1"),
        ("a=1&a=2", "a=1 a=2"), ("q=%7Bx%3D%22y%22%7D", "q={x=\"y\"}"), ("a=%", "a=%"), ("a=%4", "a=%4"),
        ("a=b=c", "a=b=c"), ("a=%ff", "a=\u{fffd}"),
    ])
    func parameters(query: String, pairs: String) {
        let parsed = RequestTarget.parameters(query.utf8).map { "\($0.name)=\($0.value)" }
        #expect(parsed.joined(separator: " ") == pairs)
    }

    @Test func theQueryStringIsCutOff() {
        let target = RequestTarget("/a%20b/c?x=1?2#f")
        #expect(target.path == "/a b/c")
        #expect(target.query == "x=1?2")
    }

    @Test func manyParametersAreBounded() {
        let query = String(repeating: "a=1&", count: 50_000)
        #expect(RequestTarget.parameters(query.utf8).count == 10_000)
    }

    @Test func dates() {
        #expect(CalendarTime(unixSeconds: 784_111_777).http == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(CalendarTime(unixSeconds: 0).iso == "1970-01-01T00:00:00")
        #expect(CalendarTime(unixSeconds: 951_782_400).iso == "2000-02-29T00:00:00")
        #expect(CalendarTime(unixSeconds: -1).iso == "1969-12-31T23:59:59")
    }
}
