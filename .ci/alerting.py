#!/usr/bin/env python3
"""Rules against Debian's promtool and a running teled: files that promtool accepts load, unit tests pass and fail alike, states, reload, restart.   alerting.py --bin .build/debug"""
import argparse, json, os, signal, subprocess, tempfile, time, urllib.error, urllib.request
from server import Checks, Teled, ask

EXAMPLE = """
groups:
- name: example
  interval: 1s
  limit: 100
  labels: {team: core}
  rules:
  - record: shop:requests:rate1m
    expr: sum by (job) (rate(shop_requests_total[1m]))
  - alert: Quick
    expr: shop_requests_total > 10
    labels: {severity: '{{ if gt $value 100.0 }}page{{ else }}ticket{{ end }}'}
    annotations: {summary: '{{ $labels.job }} has {{ humanize $value }} requests'}
  - alert: Patient
    expr: shop_requests_total > 10
    for: 5m
    keep_firing_for: 1m
"""
BAD = ["groups:\n- name: a\n  rules:\n  - {alert: b, expr: 'sum('}\n", "groups:\n- name: a\n- name: a\n", "groups:\n- name: a\n  rules:\n  - {record: b, expr: up, for: 5m}\n",
       "groups:\n- name: a\n  rules:\n  - {alert: b, expr: up, foo: bar}\n", "groups:\n- name: a\n  rules:\n  - {alert: b, expr: up, annotations: {x: '{{ nope }}'}}\n",
       "groups:\n- name: a\n  rules:\n  - {expr: up}\n", "groups:\n- name: a\n  interval: 5\n"]
LOGS = "groups:\n- name: logs\n  interval: 1s\n  rules:\n  - {alert: Lines, lang: logql, expr: 'sum by (service_name) (count_over_time({service_name=\"shop\"} |= \"bad\" [1h])) > 1'}\n"


# Debian's promtool (2.42) knows neither keep_firing_for nor histograms.
TESTED = """
groups:
- name: example
  rules:
  - {record: 'job:up:sum', expr: sum by (job) (up)}
  - alert: InstanceDown
    expr: up == 0
    for: 5m
    labels: {severity: page}
    annotations: {summary: '{{ $labels.instance }} down in {{ $externalLabels.region }}', value: '{{ $value | humanize }}'}
- name: second
  rules:
  - {alert: NoUp, expr: 'job:up:sum < 1', annotations: {s: '{{ with query "up" }}{{ len . }}{{ end }}'}}
"""
TESTS = """
rule_files: [tested.yaml]
evaluation_interval: 1m
group_eval_order: [example, second]
tests:
- interval: 1m
  name: down
  external_labels: {region: eu}
  input_series:
  - {series: 'up{job="prometheus", instance="a:9090"}', values: '0x14 1x3'}
  - {series: 'up{job="node", instance="b:9100"}', values: '1+0x6 _x3 0 0 stale 0x20'}
  alert_rule_test:
  - eval_time: 10m
    alertname: InstanceDown
    exp_alerts: [{exp_labels: {severity: page, instance: 'a:9090', job: prometheus}, exp_annotations: {summary: 'a:9090 down in eu', value: '0'}}]
  - {eval_time: 4m30s, alertname: InstanceDown}
  - {eval_time: 0m, alertname: NoUp, exp_alerts: [{exp_labels: {job: prometheus}, exp_annotations: {s: '2'}}]}
  promql_expr_test:
  - expr: job:up:sum
    eval_time: 3m
    exp_samples: [{labels: 'job:up:sum{job="prometheus"}', value: 0}, {labels: 'job:up:sum{job="node"}', value: 1}]
  - {expr: 'count(ALERTS_FOR_STATE{alertname="InstanceDown"})', eval_time: 16m, exp_samples: [{labels: '{}', value: 1}]}
"""
# What is changed in TESTS, so that both have to refuse it.
WRONG = [("value: '0'", "value: '1'"), ("value: 1}]", "value: 2}]"), ("alertname: NoUp", "alertname: No"), ("0x14 1x3", "0x14 1y3"), ("evaluation_interval", "evaluation"), ("4m30s", "5m"), ("{s: '2'}", "{s: '3'}"),
         ("job=\"node\"}', value", "job=\"x\"}', value"), ("tested.yaml", "missing.yaml"), ("[example, second]", "[second, example]"), ("eval_time: 3m", "eval_time: 3"), ("16m", "14m"), ("_x3", "_x2")]


def wait(what, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.2)
    return what()


def post(url, body):
    request = urllib.request.Request(url, data=json.dumps(body).encode(), headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.status


def gauge(value):
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]}
    metric = {"name": "shop_requests_total", "gauge": {"dataPoints": [{"asDouble": value, "timeUnixNano": str(time.time_ns())}]}}
    return {"resourceMetrics": [{"resource": resource, "scopeMetrics": [{"metrics": [metric]}]}]}


def lines(*texts):
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]}
    records = [{"timeUnixNano": str(time.time_ns()), "body": {"stringValue": text}} for text in texts]
    return {"resourceLogs": [{"resource": resource, "scopeLogs": [{"logRecords": records}]}]}


def rules(bin_path, c):
    """Rule files, the state of alerts, reloads, a restart; telectl's checks beside promtool's."""
    teled = Teled(bin_path, config="rules: [rules/*.yaml]\nevaluation_interval: 1s\n", starts=False)
    folder = os.path.join(teled.folder, "rules")
    os.mkdir(folder)

    def write(name, text):
        with open(os.path.join(folder, name), "w") as f:
            f.write(text)
        return os.path.join(folder, name)

    def telectl(*arguments):
        done = subprocess.run([os.path.join(bin_path, "telectl"), *arguments, "--server", teled.url], capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout + done.stderr

    def states():
        return {rule["name"]: rule.get("state", rule["health"]) for group in ask(teled.url, "/api/v1/rules")["data"]["groups"] for rule in group["rules"]}

    def series():
        return {name for name in ask(teled.url, "/api/v1/label/__name__/values")["data"] if name.startswith(("ALERTS", "teled"))}

    example = write("example.yaml", EXAMPLE)
    teled.start()
    try:
        # Both agree on what a rule file is.
        for number, text in enumerate([EXAMPLE] + BAD):
            path = os.path.join(teled.folder, f"{number}.yaml")
            with open(path, "w") as f:
                # Debian's promtool (2.42) is older than the labels of groups.
                f.write(text.replace("  labels: {team: core}\n", ""))
            theirs = subprocess.run(["promtool", "check", "rules", path], capture_output=True, text=True, timeout=60)
            ours, out = telectl("rules", "check", path)
            c.check(f"promtool and telectl agree on file {number}", (theirs.returncode == 0) == (ours == 0) == (number == 0), f"{theirs.returncode} {theirs.stderr} {ours} {out}")
        post(teled.url + "/v1/metrics", gauge(50))
        c.check("an alert without for fires, one with for waits", wait(lambda: states().get("Quick") == "firing" and states().get("Patient") == "pending"), states())
        alerts = {a["labels"]["alertname"]: a for a in ask(teled.url, "/api/v1/alerts")["data"]["alerts"]}
        c.equal("templates are expanded", alerts.get("Quick", {}).get("annotations", {}).get("summary"), "shop has 50 requests")
        c.equal("labels of group and rule", {k: v for k, v in alerts["Quick"]["labels"].items() if k in ("team", "severity")}, {"team": "core", "severity": "ticket"})
        code, out = telectl("alerts")
        c.check("telectl alerts", code == 0 and "firing" in out and "Patient" in out, out)
        found = ask(teled.url, "/api/v1/query", query='ALERTS{alertname="Quick"}')["data"]["result"]
        c.equal("ALERTS is a series", [r["metric"].get("alertstate") for r in found], ["firing"])
        since = alerts["Patient"]["activeAt"]
        c.check("the built-in rules run", {"ServiceSilent", "IngestRefused", "DiskNearlyFull", "ClockSkew"} <= set(states()), states())
        # A body that is none is refused, and that alerts, without a series.
        try:
            post(teled.url + "/v1/logs", "no logs")
        except urllib.error.HTTPError as refusal:
            c.equal("what is no request is refused", refusal.code, 400)
        c.check("refused ingest alerts", wait(lambda: states().get("IngestRefused") == "firing", 30), states())
        names = {r["metric"]["alertname"] for r in ask(teled.url, "/api/v1/query", query="ALERTS")["data"]["result"]}
        c.equal("the built-in rules leave no series", (names, series()), ({"Quick", "Patient"}, {"ALERTS", "ALERTS_FOR_STATE"}))
        # A restart: for goes on.
        teled.process.send_signal(signal.SIGKILL)
        teled.process.wait()
        teled.start()
        post(teled.url + "/v1/metrics", gauge(50))
        c.check("after kill -9 the alert pends again", wait(lambda: states().get("Patient") == "pending"), states())
        alerts = {a["labels"]["alertname"]: a for a in ask(teled.url, "/api/v1/alerts")["data"]["alerts"]}
        moved = abs(seconds(alerts["Patient"]["activeAt"]) - seconds(since))
        c.check("for did not start over", moved < 60, f"{since} {alerts['Patient']['activeAt']}")
        # Reloads are all or nothing.
        bad = write("bad.yaml", BAD[0])
        write("logs.yaml", LOGS)
        done = subprocess.run(["curl", "-sS", "-X", "POST", "-w", "%{http_code}", teled.url + "/-/reload"], capture_output=True, text=True, timeout=30)
        c.check("a bad file refuses the reload", done.stdout.endswith("500") and "bad.yaml:4" in done.stdout, done.stdout)
        c.check("and changes nothing", "Lines" not in states() and "Quick" in states(), states())
        os.remove(bad)
        teled.process.send_signal(signal.SIGHUP)
        c.check("SIGHUP loads the new group", wait(lambda: "Lines" in states()), states())
        c.equal("states of unchanged rules go on", states().get("Quick"), "firing")
        post(teled.url + "/v1/logs", lines("bad 1", "good", "bad 2"))
        c.check("log lines alert", wait(lambda: states().get("Lines") == "firing"), states())
        post(teled.url + "/v1/metrics", gauge(1))
        c.check("what is over is over", wait(lambda: states().get("Quick") == "inactive"), states())
        with open(example, "w") as f:
            f.write(EXAMPLE + "  - {alert: Never, expr: no_such_series > 1}\n")
        code, out = telectl("rules", "check", example)
        c.check("telectl says what matches nothing", code == 0 and "no_such_series matches no series" in out, out)
    finally:
        teled.stop()


def unit_tests(bin_path, c):
    """telectl rules test and promtool test rules pass and fail alike."""
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "tested.yaml"), "w") as f:
            f.write(TESTED)
        for number, (old, new) in enumerate([("", "")] + WRONG):
            path = os.path.join(folder, f"test{number}.yaml")
            with open(path, "w") as f:
                f.write(TESTS.replace(old, new) if old else TESTS)
            theirs = subprocess.run(["promtool", "test", "rules", path], capture_output=True, text=True, timeout=60)
            ours = subprocess.run([os.path.join(bin_path, "telectl"), "rules", "test", path], capture_output=True, text=True, timeout=60)
            c.check(f"promtool and telectl agree on unit tests with {new or 'nothing'} instead of {old or 'nothing'}", theirs.returncode == ours.returncode, f"{theirs.returncode} {theirs.stdout[-500:]} {theirs.stderr[-500:]} {ours.returncode} {ours.stdout}")
            if number == 0:
                c.check("the unit tests pass", ours.returncode == 0, ours.stdout)


def seconds(text):
    from datetime import datetime
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    arguments = parser.parse_args()
    c = Checks()
    unit_tests(arguments.bin, c)
    rules(arguments.bin, c)
    c.finish()


main()
