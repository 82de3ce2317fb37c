import ArgumentParser

struct GrafanaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grafana", abstract: "Set Grafana up for a teled.", subcommands: [Provision.self])

    struct Provision: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a data-source file for Grafana's provisioning, with the links between signals.",
            discussion: """
                Three data sources (Prometheus, Loki, Tempo) that know of each other: from a span to its logs and its
                operation's metrics, from a log line and from an exemplar to the trace, and the service graph.

                  telectl grafana provision --server http://teled:4318 > /etc/grafana/provisioning/datasources/tele.yaml

                The address is the one that Grafana reaches teled at. Dashboards to import: GET /api/tele/v1/dashboards,
                or the files in Dashboards/.
                """)

        @Option(name: .long, help: ArgumentHelp("The address that Grafana reaches teled at.", valueName: "url"))
        var server: String?

        @Option(name: .long, help: ArgumentHelp("What the names and uids begin with.", valueName: "text"))
        var name = "tele"

        @Flag(name: .long, help: "Do not make the metrics Grafana's default data source.")
        var notDefault = false

        func validate() throws {
            guard GrafanaProvisioning.isName(name) else {
                throw ValidationError("--name takes letters, digits, - and _, 32 at most")
            }
        }

        func run() throws {
            let address = server ?? Terminal.variable("TELE_SERVER") ?? "http://127.0.0.1:4318"
            guard let client = ServerClient(address: address) else {
                throw ValidationError("'\(address)' is no http:// or https:// address")
            }
            Terminal.print(
                GrafanaProvisioning(address: client.address, name: name, isDefault: !notDefault).lines)
        }
    }
}
