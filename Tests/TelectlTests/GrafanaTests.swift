import Testing

@testable import telectl

struct GrafanaTests {
    @Test func dataSourcesKnowEachOther() {
        let text = GrafanaProvisioning(address: "http://it's:1", name: "shop", isDefault: false).lines
            .joined(separator: "\n")
        // An address is text of YAML, whatever it holds.
        #expect(text.contains("url: 'http://it''s:1'\n") && text.contains("url: 'http://it''s:1/tempo'\n"))
        #expect(text.contains("isDefault: false"))
        let uids = Set(text.matches(of: #/\n    uid: (\S+)/#).map(\.1))
        #expect(uids == ["shop-metrics", "shop-logs", "shop-traces"])
        let linked = text.matches(of: #/datasourceUid: (\S+)/#).map(\.1)
        #expect(linked.count == 5 && linked.allSatisfy(uids.contains))
        // Grafana would take a single $ for an environment variable.
        #expect(text.replacing("$$", with: "").contains("$") == false)
    }

    @Test(arguments: ["", "a b", "x\ny", "{}", String(repeating: "a", count: 33)])
    func namesThatAreNone(name: String) {
        #expect(!GrafanaProvisioning.isName(name))
    }
}
