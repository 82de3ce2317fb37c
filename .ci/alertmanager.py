#!/usr/bin/env python3
"""Delivery against real things: Debian's amtool asks teled and posts to it, Debian's alertmanager receives what teled pushes, a
webhook counts notifications through kill -9 of teled and restarts of itself, an SMTP sink, a command.
SMTP over TLS with passwords, links to what the alert is about.
alertmanager.py --bin .build/debug [--rounds 6] [--latency 100: only how long a sample takes to the webhook]"""
import argparse, base64, email, email.policy, http.server, json, os, random, shutil, socket, socketserver, ssl, subprocess, tempfile, threading, time, urllib.parse
from server import Checks, Teled, free_port

CONFIG = """
alerting:
  templates: ["{folder}/*.tmpl"]
  global: {{resolve_timeout: 5m, smtp_smarthost: "127.0.0.1:{smtp}", smtp_from: "Tele <tele@example.com>", smtp_require_tls: false}}
  route:
    receiver: hook
    group_by: [alertname]
    group_wait: 200ms
    group_interval: 1s
    repeat_interval: 1h
    routes:
    - {{matchers: [team=mail], receiver: mail}}
    - {{matchers: [team=ops], receiver: ops}}
    - {{matchers: [team=bad], receiver: bad, continue: true}}
    - {{matchers: [team=bad], receiver: hook}}
  inhibit_rules:
  - {{source_matchers: [severity=critical], target_matchers: [severity=warning], equal: [alertname]}}
  receivers:
  - {{name: hook, webhook_configs: [{{url: "{hook}/hook"}}]}}
  - {{name: mail, email_configs: [{{to: "ops@example.com", send_resolved: true, headers: {{X-Team: "{{{{ .CommonLabels.team }}}}"}}}}]}}
  - name: ops
    slack_configs:
    - api_url: "{hook}/slack"
      channel: "#ops"
      title: "{{{{ .Status | toUpper }}}} {{{{ .CommonLabels.alertname }}}}"
      text: '{{{{ template "ops.text" . }}}}'
      actions: [{{type: button, text: Graph, url: "{{{{ (index .Alerts 0).GeneratorURL }}}}"}}]
    pagerduty_configs: [{{url: "{hook}/pagerduty", routing_key: k}}]
    command_configs: [{{path: "{command}", args: ["one two", "$HOME"], env: {{WHERE: "{folder}/ran"}}, timeout: 5s}}]
  - name: bad
    webhook_configs: [{{url: "{hook}/hang", timeout: 1s}}, {{url: "{hook}/redirect?to=/redirected"}}, {{url: "{hook}/redirect?to=file:///etc/passwd"}}, {{url: "{hook}/redirect?to=http://localhost:{port}/redirected"}}]
"""
RULES = """
groups:
- name: ci
  interval: 1s
  rules:
  - {alert: PushedHere, expr: vector(1), labels: {team: push}}
"""
TEMPLATES = """{{ define "ops.text" -}}
{{ range .Alerts.Firing -}}
- {{ .Labels.alertname }}: {{ .Labels.severity }} since {{ .StartsAt.Format "2006" }}
{{- with .Labels.Remove (stringSlice "alertname" "team") }} ({{ range .SortedPairs }}{{ .Name }}={{ .Value }}{{ end }}){{ end }}
{{- end }}
{{- end }}
"""


class Hook:
    """Keeps what is POSTed, by path; can be stopped and started again on the same port."""

    def __init__(self):
        self.port, self.got, self.lock = free_port(), [], threading.Lock()
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self):
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path == "/hang":
                    time.sleep(3)
                with hook.lock:
                    hook.got.append((self.path, json.loads(body)))
                self.send_response(302 if self.path.startswith("/redirect?") else 500 if self.path == "/hang" else 200)
                self.send_header("Location", self.path.split("to=")[-1])
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        socketserver.ThreadingTCPServer.allow_reuse_address = True
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", self.port), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def at(self, path):
        with self.lock:
            return [body for p, body in self.got if p == path]


class Mails(socketserver.BaseRequestHandler):
    """A sink that speaks just enough SMTP."""

    got = []

    def handle(self):
        f = self.request.makefile("rwb")
        say = lambda line: (f.write(line.encode() + b"\r\n"), f.flush())
        say("220 sink")
        to = []
        for line in f:
            word = line.split()[0].upper() if line.split() else b""
            if word == b"EHLO":
                say("250-sink")
                say("250 8BITMIME")
            elif word == b"RCPT":
                to.append(line.strip().decode())
                say("250 ok")
            elif word == b"DATA":
                say("354 go on")
                data = b""
                while not data.endswith(b"\r\n.\r\n"):
                    data += f.readline()
                Mails.got.append((to, email.message_from_bytes(data[:-5], policy=email.policy.default)))
                say("250 taken")
            elif word == b"QUIT":
                say("221 bye")
                return
            else:
                say("250 ok")


class SafeMails(socketserver.BaseRequestHandler):
    """A sink with STARTTLS and AUTH: `server.ways` are those it offers, `server.context` its certificate, or None."""

    def handle(self):
        server, stream = self.server, self.request.makefile("rwb", buffering=0)
        isSafe, user = False, None
        say = lambda line: stream.write(line.encode() + b"\r\n")
        text = lambda data: base64.b64decode(data).decode()
        say("220 sink")
        while line := stream.readline():
            words = line.decode().split()
            word = words[0].upper() if words else ""
            server.heard.append((isSafe, word))
            if word == "EHLO":
                offers = ["sink"] + (["STARTTLS"] if server.context and not isSafe else []) + (["AUTH " + server.ways] if isSafe else [])
                for i, offer in enumerate(offers):
                    say("250" + ("-" if i < len(offers) - 1 else " ") + offer)
            elif word == "STARTTLS":
                say("220 go on")
                try:
                    self.request = server.context.wrap_socket(self.request, server_side=True)
                except (ssl.SSLError, OSError) as error:
                    server.heard.append((False, "handshake failed"))
                    return
                stream, isSafe = self.request.makefile("rwb", buffering=0), True
            elif word == "AUTH":
                if words[1] == "PLAIN":
                    _, name, password = text(words[2]).split("\0")
                else:
                    say("334 VXNlcm5hbWU6")
                    name = text(stream.readline())
                    say("334 UGFzc3dvcmQ6")
                    password = text(stream.readline())
                user = name if (name, password) == ("u", "geheim") else None
                say("235 welcome" if user else "535 5.7.8 wrong")
            elif word == "DATA":
                say("354 go on")
                data = b""
                while not data.endswith(b"\r\n.\r\n"):
                    data += stream.readline()
                server.got.append((user, email.message_from_bytes(data[:-5], policy=email.policy.default)))
                say("250 taken")
            elif word == "QUIT":
                say("221 bye")
                return
            else:
                say("250 ok")


def sink(ways, context):
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), SafeMails)
    server.daemon_threads, server.ways, server.context, server.got, server.heard = True, ways, context, [], []
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return server


def mails(c, bin_path, folder):
    """Mail over TLS: what is right arrives, what is wrong is told and given away to nobody."""
    key, cert = os.path.join(folder, "key.pem"), os.path.join(folder, "cert.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    sinks = {"plain": sink("PLAIN LOGIN", context), "login": sink("LOGIN", context), "wrong": sink("PLAIN", context), "untrusted": sink("PLAIN", context), "name": sink("PLAIN", context), "clear": sink("PLAIN", None), "careless": sink("PLAIN", context)}
    trust = {"untrusted": "", "name": f", tls_config: {{ca_file: {cert}, server_name: elsewhere}}", "careless": ", tls_config: {insecure_skip_verify: true}"}
    receivers = "".join(
        f"  - {{name: {name}, email_configs: [{{to: ops@example.com, smarthost: 'localhost:{server.server_address[1]}', auth_username: u, auth_password: {'falsch' if name == 'wrong' else 'geheim'}{trust.get(name, f', tls_config: {{ca_file: {cert}}}')}}}]}}\n"
        for name, server in sinks.items())
    routes = "".join(f"    - {{matchers: [to={name}], receiver: {name}}}\n" for name in sinks)
    teled = Teled(bin_path, f"alerting:\n  global: {{smtp_from: tele@example.com}}\n  route:\n    receiver: none\n    group_wait: 100ms\n    group_interval: 1s\n    routes:\n{routes}  receivers:\n  - {{name: none}}\n{receivers}")
    try:
        post(teled, *({"labels": {"alertname": "Mail", "to": name}} for name in sinks))
        for name in ("plain", "login", "careless"):
            c.check(f"mail over TLS: {name}", until(lambda: sinks[name].got), teled.tail())
            c.equal(f"mail over TLS: who sent it: {name}", [user for user, _ in sinks[name].got[:1]], ["u"])
        for name in ("wrong", "untrusted", "name", "clear"):
            failing = f'teled_receiver_failing{{receiver="{name}",integration="email[0]"}} 1'.encode()
            c.check(f"mail that fails is told: {name}", until(lambda: failing in teled.get("/metrics")[1]), teled.tail())
            c.equal(f"no mail arrives: {name}", sinks[name].got, [])
        c.equal("no password and no mail in the clear", [w for s in sinks.values() for safe, w in s.heard if not safe and w in ("AUTH", "MAIL", "DATA")], [])
        c.check("the certificate was refused", (False, "handshake failed") in sinks["untrusted"].heard or not any(safe for safe, _ in sinks["untrusted"].heard), sinks["untrusted"].heard)
        errors = teled.tail()
        c.check("the reason is logged", "535" in errors and "STARTTLS" in errors, errors)
    finally:
        teled.stop()
        for server in sinks.values():
            server.shutdown()


LINK_RULES = """
groups:
- name: links
  interval: 1s
  rules:
  - {alert: SlowSpans, lang: traceql, expr: '{ status = error } | count_over_time() by (resource.service.name) > 0', labels: {kind: traceql}}
  - {alert: BadLines, lang: logql, expr: 'sum by (service_name) (count_over_time({service_name="shop"} |= "boom" [1m])) > 0', labels: {kind: logql}}
  - {alert: Failing, expr: 'traces_spanmetrics_calls_total{status_code="STATUS_CODE_ERROR"} > 0', labels: {kind: red}}
  - {alert: Plain, expr: 'demo_value > 0', labels: {kind: metric}}
"""


def links(c, bin_path, folder):
    """What fires leads to a trace, to logs and to the expression; the addresses are views of the pages."""
    rules = os.path.join(folder, "links.yaml")
    with open(rules, "w") as f:
        f.write(LINK_RULES)
    teled = Teled(bin_path, f"rules: [{rules}]\nexternal_url: http://tele\n")
    try:
        now = time.time_ns()
        resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]}
        trace = "5b8efff798038103d269b633813fc60c"
        span = {"traceId": trace, "spanId": "eee19b7ec3c1b174", "name": "GET /", "kind": 2, "startTimeUnixNano": str(now - 10**9), "endTimeUnixNano": str(now), "status": {"code": 2}}
        headers = {"Content-Type": "application/json"}
        send = lambda path, body: c.equal(f"{path} is taken", teled.request(path, json.dumps(body).encode(), headers)[0], 200)
        send("/v1/traces", {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [span]}]}]})
        send("/v1/logs", {"resourceLogs": [{"resource": resource, "scopeLogs": [{"logRecords": [{"timeUnixNano": str(now), "severityNumber": 17, "body": {"stringValue": "boom"}}]}]}]})
        send("/v1/metrics", {"resourceMetrics": [{"resource": resource, "scopeMetrics": [{"metrics": [{"name": "demo_value", "gauge": {"dataPoints": [{"timeUnixNano": str(now), "asDouble": 1}]}}]}]}]})
        found = lambda: {a["labels"]["kind"]: a for a in json.loads(teled.get("/alertmanager/api/v2/alerts")[1]) if "kind" in a["labels"]}
        c.check("all four fire", until(lambda: len(found()) == 4, 90), (found(), teled.tail()))
        alerts = found()
        note = lambda kind, name: alerts.get(kind, {}).get("annotations", {}).get(name, "")
        for kind in ("traceql", "red", "metric"):
            c.equal(f"{kind}: its trace", note(kind, "tele_trace"), f"http://tele/#/trace/{trace}")
        view = lambda address: (urllib.parse.urlsplit(address).fragment.split("?")[0], dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(address).fragment.partition("?")[2])).get("q"))
        c.equal("logql: its lines", view(note("logql", "tele_logs")), ("/logs", '{service_name="shop"} |= "boom" | service_name="shop"'))
        c.equal("red: the service's errors", view(note("red", "tele_logs")), ("/logs", '{service_name="shop"} | detected_level=~"error|fatal|critical"'))
        for kind in ("logql", "red"):
            got = json.loads(teled.get("/loki/api/v1/query_range", query=view(note(kind, "tele_logs"))[1])[1])["data"]["result"]
            c.equal(f"{kind}: the lines are there", [line for stream in got for _, line in stream["values"]], ["boom"])
        c.equal("metric: its graph", view(alerts.get("metric", {}).get("generatorURL", "")), ("/metrics", "demo_value > 0"))
        c.equal("traceql: its spans", view(alerts.get("traceql", {}).get("generatorURL", "")), ("/traces", "{ status = error } "))
        shown = {a["labels"]["kind"]: a["annotations"] for a in json.loads(teled.get("/api/v1/alerts")[1])["data"]["alerts"] if "kind" in a["labels"]}
        c.equal("/api/v1/alerts has them too", {k: v.get("tele_trace") for k, v in shown.items()}, {k: alerts[k]["annotations"].get("tele_trace") for k in alerts})
    finally:
        teled.stop()


def latency(bin_path, folder, count):
    """From the sample that makes a condition true to the webhook, with `for: 0s`, an evaluation a second, no group_wait."""
    hook = Hook()
    rules = os.path.join(folder, "latency.yaml")
    with open(rules, "w") as f:
        f.write("groups: [{name: l, interval: 1s, rules: [{alert: L, expr: 'cond > 0', for: 0s}]}]\n")
    teled = Teled(bin_path, f"rules: [{rules}]\nalerting:\n  route: {{receiver: hook, group_wait: 0s, group_interval: 1s, group_by: ['...']}}\n  receivers: [{{name: hook, webhook_configs: [{{url: '{hook.url}/hook'}}]}}]\n")
    took = []
    try:
        for number in range(count):
            time.sleep(random.uniform(0.2, 1.2))
            point = {"timeUnixNano": str(time.time_ns()), "asDouble": 1, "attributes": [{"key": "n", "value": {"stringValue": str(number)}}]}
            body = {"resourceMetrics": [{"resource": {}, "scopeMetrics": [{"metrics": [{"name": "cond", "gauge": {"dataPoints": [point]}}]}]}]}
            start = time.monotonic()
            teled.request("/v1/metrics", json.dumps(body).encode(), {"Content-Type": "application/json"})
            if until(lambda: any(a["labels"].get("n") == str(number) for b in hook.at("/hook") for a in b["alerts"]), 30):
                took.append(time.monotonic() - start)
    finally:
        teled.stop()
        hook.stop()
    took.sort()
    at = lambda q: took[min(len(took) - 1, int(q * len(took)))] * 1000
    print(f"sample to webhook, {len(took)} of {count}, interval 1s, for 0s, group_wait 0s: p50 {at(0.5):.0f} ms, p99 {at(0.99):.0f} ms, max {took[-1] * 1000:.0f} ms", flush=True)


def amtool(teled, *arguments):
    done = subprocess.run(["amtool", f"--alertmanager.url={teled.url}/alertmanager", *arguments], capture_output=True, text=True, timeout=30)
    return done.returncode, done.stdout or done.stderr


def until(what, seconds=15):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.02)
    return False


def post(teled, *alerts):
    return teled.request("/alertmanager/api/v2/alerts", json.dumps(alerts).encode(), {"Content-Type": "application/json"})


def stamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def basics(c, teled, hook, folder):
    status = post(teled, {"labels": {"alertname": "A", "severity": "page", "größe": "1"}, "annotations": {"summary": "s"}, "generatorURL": "http://g/"})
    c.equal("an alert is taken", status[0], 200)
    c.check("the webhook is told", until(lambda: hook.at("/hook")), teled.tail())
    body = (hook.at("/hook") or [{}])[0]
    c.equal("payload keys", sorted(body), sorted(["receiver", "status", "alerts", "groupLabels", "commonLabels", "commonAnnotations", "externalURL", "version", "groupKey", "truncatedAlerts"]))
    c.equal("payload", (body.get("version"), body.get("status"), body.get("receiver"), body.get("groupKey"), body.get("truncatedAlerts")), ("4", "firing", "hook", '{}:{alertname="A"}', 0))
    alert = body.get("alerts", [{}])[0]
    c.equal("alert keys", sorted(alert), sorted(["status", "labels", "annotations", "startsAt", "endsAt", "generatorURL", "fingerprint"]))
    code, out = amtool(teled, "alert", "query", "-o", "json")
    seen = json.loads(out) if code == 0 else []
    c.equal("amtool alert query", [(a["labels"]["alertname"], a["status"]["state"], a["fingerprint"], a["receivers"]) for a in seen], [("A", "active", alert.get("fingerprint"), [{"name": "hook"}])])
    code, out = amtool(teled, "alert", "add", "alertname=B", "severity=critical", "--annotation=x=y")
    c.equal("amtool alert add", code, 0)
    amtool(teled, "alert", "add", "alertname=B", "severity=warning", "n=inhibited")
    c.check("both alerts are there", until(lambda: len(json.loads(amtool(teled, "alert", "query", "-o", "json")[1])) == 2))
    c.equal("amtool shows the inhibited one with -i", len(json.loads(amtool(teled, "alert", "query", "-i", "-o", "json")[1])), 1)
    c.check("amtool filters", "inhibited" not in amtool(teled, "alert", "query", "severity=critical")[1])
    inhibited = [a for a in json.loads(teled.get("/alertmanager/api/v2/alerts", inhibited="true", active="false")[1])]
    c.equal("an inhibited alert", [(a["status"]["state"], len(a["status"]["inhibitedBy"])) for a in inhibited], [("suppressed", 1)])
    code, out = amtool(teled, "silence", "add", "alertname=A", "--comment=c", "--author=me", "--duration=1h")
    silence = out.strip()
    c.equal("amtool silence add", (code, len(silence)), (0, 36))
    c.check("amtool silence query", silence in amtool(teled, "silence", "query", "-q")[1])
    c.check("amtool silence query by matcher", silence in amtool(teled, "silence", "query", "alertname=A")[1])
    c.equal("silenced by", [a["status"]["silencedBy"] for a in json.loads(teled.get("/alertmanager/api/v2/alerts", filter='alertname="A"')[1])], [[silence]])
    c.equal("telectl silence list", teled.telectl("silence", "list")[0], 0)
    c.equal("amtool silence expire", amtool(teled, "silence", "expire", silence)[0], 0)
    c.check("it is over", silence not in amtool(teled, "silence", "query", "-q")[1])
    code, out, err = teled.telectl("silence", "add", "alertname=~A|Z", "team!=x", "--for", "30m", "--comment", "t")
    c.equal("telectl silence add", (code, err), (0, ""))
    c.check("amtool sees it", out.strip() in amtool(teled, "silence", "query", "-q")[1])
    c.equal("telectl silence expire", teled.telectl("silence", "expire", out.strip())[0], 0)
    c.equal("telectl silence list is empty", teled.telectl("silence", "list")[0], 1)
    c.equal("telectl silence expire of nothing", teled.telectl("silence", "expire", "nothing")[0], 1)
    c.equal("amtool cluster show", amtool(teled, "cluster", "show")[0], 0)
    for path in ("/alertmanager/-/healthy", "/alertmanager/-/ready"):
        c.equal(path, teled.get(path)[0], 200)
    c.equal("receivers", [r["name"] for r in json.loads(teled.get("/alertmanager/api/v2/receivers")[1])], ["hook", "mail", "ops", "bad"])
    groups = json.loads(teled.get("/alertmanager/api/v2/alerts/groups")[1])
    c.equal("groups", [(g["labels"], g["receiver"]["name"], len(g["alerts"])) for g in groups], [({"alertname": "A"}, "hook", 1), ({"alertname": "B"}, "hook", 2)])
    original = json.loads(teled.get("/alertmanager/api/v2/status")[1])["config"]["original"]
    c.check("no secret is shown", "routing_key: <secret>" in original or "routing_key: '<secret>'" in original, original)

    bad = [b"", b"{", b"[1]", b"{}", b'[{"labels":{}}]', b'[{"labels":{"":"x"}}]', b'[{"labels":{"a":1}}]', b'[{"labels":{"a":"b"},"startsAt":"soon"}]',
           b'[{"labels":{"a":"b"},"startsAt":"2026-01-02T00:00:00Z","endsAt":"2026-01-01T00:00:00Z"}]', b"[" * 5000]
    for body in bad:
        status, answer, _ = teled.request("/alertmanager/api/v2/alerts", body, {"Content-Type": "application/json"})
        c.equal(f"bad alert {body[:40]}", (status, isinstance(json.loads(answer), str)), (400, True))
    for body in (b"{}", b'{"matchers":[]}', json.dumps({"matchers": [{"name": "a", "value": "(", "isRegex": True}], "startsAt": stamp(0), "endsAt": stamp(4e9), "createdBy": "", "comment": ""}).encode(),
                 json.dumps({"matchers": [{"name": "a", "value": "", "isRegex": False}], "startsAt": stamp(0), "endsAt": stamp(4e9), "createdBy": "", "comment": ""}).encode(),
                 json.dumps({"matchers": [{"name": "a", "value": "b", "isRegex": False}], "startsAt": stamp(0), "endsAt": stamp(9), "createdBy": "", "comment": ""}).encode()):
        status, answer, _ = teled.request("/alertmanager/api/v2/silences", body, {"Content-Type": "application/json"})
        c.equal(f"bad silence {body[:60]}", (status, isinstance(json.loads(answer), str)), (400, True))
    c.equal("bad filter", teled.get("/alertmanager/api/v2/alerts", filter="a")[0], 400)
    c.equal("bad receiver", teled.get("/alertmanager/api/v2/alerts", receiver="(")[0], 400)
    c.equal("unknown silence", teled.get("/alertmanager/api/v2/silence/none")[0], 404)


def receivers(c, teled, hook, folder):
    now = time.time()
    post(teled, {"labels": {"alertname": "Mail\nX", "team": "mail"}, "annotations": {"summary": "größer als\r\nBcc: x@y"}}, {"labels": {"alertname": "Ops", "team": "ops", "severity": "critical"}, "generatorURL": "http://graph/"})
    c.check("a mail comes", until(lambda: Mails.got), teled.tail())
    to, message = (Mails.got or [([], email.message_from_string(""))])[0]
    c.equal("its recipient", to, ["RCPT TO:<ops@example.com>"])
    c.equal("its headers", (message["To"], message["X-Team"], message["Bcc"]), ("ops@example.com", "mail", None))
    parts = {part.get_content_type(): part.get_content() for part in message.walk() if not part.is_multipart()}
    c.check("its text", "größer als" in parts.get("text/plain", ""), message)
    c.check("its page", "<!DOCTYPE html>" in parts.get("text/html", "") and "größer als" in parts.get("text/html", ""), message)
    c.check("its subject", message["Subject"].startswith("[FIRING:1] Mail") and message["Subject"].endswith("X (mail)"), message["Subject"])
    c.check("slack is told", until(lambda: hook.at("/slack")))
    c.equal("slack", [(b["channel"], b["attachments"][0]["title"], b["attachments"][0]["color"]) for b in hook.at("/slack")], [("#ops", "FIRING Ops", "danger")])
    c.equal("slack's text is the team's", [(b["attachments"][0]["text"], b["attachments"][0]["actions"][0]["url"]) for b in hook.at("/slack")], [("- Ops: critical since " + time.strftime("%Y", time.gmtime()) + " (severity=critical)", "http://graph/")])
    c.check("pagerduty is told", until(lambda: hook.at("/pagerduty")))
    c.equal("pagerduty", [(b["event_action"], b["routing_key"], b["payload"]["severity"], b["links"]) for b in hook.at("/pagerduty")], [("trigger", "k", "critical", [{"href": "http://graph/", "text": "Ops"}])])
    ran = os.path.join(folder, "ran")
    c.check("the command runs", until(lambda: os.path.exists(ran) and open(ran).read().endswith("\n")), teled.tail())
    lines = open(ran).read().splitlines() if os.path.exists(ran) else ["", "{}"]
    c.equal("its arguments are no shell's", lines[0], "one two|$HOME|firing|Ops")
    c.equal("its input", json.loads(lines[1] or "{}").get("receiver"), "ops")
    post(teled, {"labels": {"alertname": "Ops", "team": "ops", "severity": "critical"}, "startsAt": stamp(now - 60), "endsAt": stamp(now)})
    c.check("pagerduty resolves", until(lambda: [b["event_action"] for b in hook.at("/pagerduty")] == ["trigger", "resolve"]), hook.at("/pagerduty"))
    keys = {b["dedup_key"] for b in hook.at("/pagerduty")}
    c.equal("under the same key", len(keys), 1)
    # One receiver hangs, one redirects: the third is on time, the redirect is not followed, and someone is told.
    post(teled, {"labels": {"alertname": "Bad", "team": "bad"}})
    c.check("a hanging receiver delays nobody", until(lambda: [b for b in hook.at("/hook") if b["groupLabels"].get("alertname") == "Bad"], 2))
    c.check("a receiver that fails is told to the others", until(lambda: [b for b in hook.at("/hook") if b["groupLabels"].get("alertname") == "TeleNotificationsFailing"], 20), teled.tail())
    c.equal("a redirect is not followed", hook.at("/redirected"), [])
    for number in (1, 2, 3):
        c.check(f"metrics tell of {number}", until(lambda: f'teled_receiver_failing{{receiver="bad",integration="webhook[{number}]"}} 1'.encode() in teled.get("/metrics")[1]))
    c.check("what was given up is counted", b'teled_notifications_given_up_total{receiver="bad",integration="webhook[1]"} ' in teled.get("/metrics")[1])


def kills(c, teled, hook, rounds):
    """Every alert that was answered 200 fires and resolves at the webhook, whatever dies meanwhile."""
    sent, kills = [], 0
    told = lambda status: [a["labels"]["alertname"] for b in hook.at("/hook") for a in b["alerts"] if a["status"] == status and "kill" in a["labels"]]
    for number in range(rounds):
        names = [f"K{number}-{i}" for i in range(5)]
        for name in names:
            while True:
                try:
                    if post(teled, {"labels": {"alertname": name, "kill": "1"}})[0] == 200:
                        break
                except OSError:
                    time.sleep(0.01)
            sent.append(name)
        if number % 3 == 2:
            hook.stop()
        time.sleep(random.uniform(0, 0.6))
        teled.kill()
        kills += 1
        if number % 3 == 2:
            hook.start()
        teled.start()
        if number % 2:
            # What ends before anybody was told is told to nobody, as with Alertmanager.
            until(lambda: set(names) <= set(told("firing")), 20)
            for name in names:
                post(teled, {"labels": {"alertname": name, "kill": "1"}, "startsAt": stamp(time.time() - 60), "endsAt": stamp(time.time())})
    until(lambda: set(sent) <= set(told("firing")) | set(told("resolved")), 20)
    lost = set(sent) - set(told("firing")) - set(told("resolved"))
    c.equal(f"notifications lost over {kills} kill -9", sorted(lost), [])
    ended = {name for name in sent if int(name[1:].split("-")[0]) % 2} & set(told("firing"))
    until(lambda: ended <= set(told("resolved")), 20)
    c.equal("ends lost", sorted(ended - set(told("resolved"))), [])
    firing = told("firing")
    print(f"kill -9: {kills} rounds, {len(sent)} alerts, {len(firing) - len(set(firing))} told twice, {len(lost)} lost", flush=True)
    c.check("duplicates are bounded by the kills", len(firing) - len(set(firing)) <= 5 * kills, len(firing))
    status = json.loads(teled.get("/alertmanager/api/v2/alerts", filter='kill="1"')[1])
    c.equal("what fires is still there", sorted(a["labels"]["alertname"] for a in status), sorted(n for n in sent if int(n[1:].split("-")[0]) % 2 == 0))


def push(c, bin_path, folder):
    port, cluster = free_port(), free_port()
    config = os.path.join(folder, "am.yml")
    with open(config, "w") as f:
        f.write("route: {receiver: none}\nreceivers: [{name: none}]\n")
    rules = os.path.join(folder, "rules.yaml")
    with open(rules, "w") as f:
        f.write(RULES)
    log = open(os.path.join(folder, "am.log"), "wb")
    start = lambda: subprocess.Popen(["prometheus-alertmanager", f"--config.file={config}", f"--storage.path={folder}/am", f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="], stdout=log, stderr=log)
    teled = Teled(bin_path, f"rules: [{rules}]\nalertmanagers: ['127.0.0.1:{port}', '127.0.0.1:{cluster}']\n")
    process = None
    try:
        time.sleep(1.5)  # the first attempts find nobody
        process = start()

        def names():
            done = subprocess.run(["amtool", f"--alertmanager.url=http://127.0.0.1:{port}", "alert", "query", "-o", "json"], capture_output=True, text=True, timeout=30)
            return [a["labels"] for a in json.loads(done.stdout)] if done.returncode == 0 else []

        c.check("Debian's alertmanager has the alert", until(lambda: {"alertname": "PushedHere", "team": "push"} in names(), 20), teled.tail())
        active = json.loads(teled.get("/api/v1/alertmanagers")[1])["data"]["activeAlertmanagers"]
        c.equal("/api/v1/alertmanagers", [a["url"] for a in active], sorted(f"http://127.0.0.1:{p}/api/v2/alerts" for p in (port, cluster)))
    finally:
        teled.stop()
        if process:
            process.kill()
            process.wait()
        log.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--latency", type=int, default=0)
    options = parser.parse_args()
    if options.latency:
        with tempfile.TemporaryDirectory(prefix="tele-ci-alerting-") as folder:
            return latency(options.bin, folder, options.latency)
    c = Checks()
    folder = tempfile.mkdtemp(prefix="tele-ci-alerting-")
    hook = Hook()
    smtp = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mails)
    smtp.daemon_threads = True
    threading.Thread(target=smtp.serve_forever, daemon=True).start()
    command = os.path.join(folder, "command")
    with open(command, "w") as f:
        f.write('#!/bin/sh\nprintf "%s|%s|%s|%s\\n" "$1" "$2" "$TELE_STATUS" "$TELE_LABEL_alertname" >> "$WHERE"\ncat >> "$WHERE"\necho >> "$WHERE"\n')
    os.chmod(command, 0o755)
    with open(os.path.join(folder, "ops.tmpl"), "w") as f:
        f.write(TEMPLATES)
    config = CONFIG.format(hook=hook.url, port=hook.port, smtp=smtp.server_address[1], command=command, folder=folder)
    try:
        for part in (lambda t: basics(c, t, hook, folder), lambda t: receivers(c, t, hook, folder), lambda t: kills(c, t, hook, options.rounds)):
            teled = Teled(options.bin, config)
            try:
                part(teled)
            finally:
                teled.stop()
        push(c, options.bin, folder)
        mails(c, options.bin, folder)
        links(c, options.bin, folder)
    finally:
        hook.stop()
        smtp.shutdown()
        shutil.rmtree(folder, ignore_errors=True)
    c.finish()


if __name__ == "__main__":
    main()
