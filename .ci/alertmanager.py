#!/usr/bin/env python3
"""Delivery against real things: Debian's amtool asks teled and posts to it, Debian's alertmanager receives what teled pushes, a
webhook counts notifications through kill -9 of teled and restarts of itself, an SMTP sink, a command.
alertmanager.py --bin .build/debug [--rounds 6]"""
import argparse, email, email.policy, http.server, json, os, random, shutil, socket, socketserver, subprocess, tempfile, threading, time
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
    webhook_configs: [{{url: "{hook}/hang", timeout: 1s}}, {{url: "{hook}/redirect"}}]
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
                self.send_response(302 if self.path == "/redirect" else 500 if self.path == "/hang" else 200)
                self.send_header("Location", hook.url + "/redirected")
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
    c.check("metrics tell", b'teled_receiver_failing{receiver="bad",integration="webhook[1]"} 1' in teled.get("/metrics")[1])


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
    options = parser.parse_args()
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
    config = CONFIG.format(hook=hook.url, smtp=smtp.server_address[1], command=command, folder=folder)
    try:
        for part in (lambda t: basics(c, t, hook, folder), lambda t: receivers(c, t, hook, folder), lambda t: kills(c, t, hook, options.rounds)):
            teled = Teled(options.bin, config)
            try:
                part(teled)
            finally:
                teled.stop()
        push(c, options.bin, folder)
    finally:
        hook.stop()
        smtp.shutdown()
        shutil.rmtree(folder, ignore_errors=True)
    c.finish()


if __name__ == "__main__":
    main()
