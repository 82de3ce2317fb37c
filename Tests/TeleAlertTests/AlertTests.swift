import TeleAlert
import TeleModel
import Testing

@Suite struct AlertTests {
    @Test func fingerprintIsOfTheLabelsAlone() {
        let labels = LabelSet([("alertname", "Down"), ("job", "a")])
        let alert = Alert(
            labels: labels, annotations: .empty, state: .firing, activeAt: 1, startsAt: 2, endsAt: 3, value: 1,
            generatorURL: "")
        var other = alert
        other.state = .resolved
        other.annotations = LabelSet([("summary", "x")])
        #expect(alert.fingerprint == other.fingerprint)
        #expect(alert.name == "Down")
        other.labels = LabelSet([("alertname", "Down"), ("job", "b")])
        #expect(alert.fingerprint != other.fingerprint)
    }
}
