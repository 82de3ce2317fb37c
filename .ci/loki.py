#!/usr/bin/env python3
"""Loki's API of a teled as its clients use it: requests of Fluent Bit, Promtail and logcli; input that is bad in every
way; tail over a WebSocket (the PyPI package websockets) while lines arrive, with clients that are slow or never read,
and the figures of how long a line takes from ingest to a client.

  loki.py --bin .build/debug [--seconds 5] [--rate 2000]        (needs the packages of requirements.txt)
"""
import argparse, asyncio, json, os, socket, statistics, struct, threading, time, urllib.parse
import websockets
from server import Checks, Teled

checks = Checks()


class Patient(Teled):
    """An answer that does not come within the minute is a status of its own."""

    def request(self, *arguments, **named):
        try:
            return super().request(*arguments, **named)
        except (TimeoutError, ConnectionError) as error:
            return 599, repr(error).encode(), {}


def push(teled, app, lines, labels={}, start=None, metadata=None):
    """Stores lines under {app=...}; times are now unless told."""
    now = start or time.time_ns()
    values = [[str(now + i), line] + ([metadata] if metadata else []) for i, line in enumerate(lines)]
    body = json.dumps({"streams": [{"stream": {"app": app, **labels}, "values": values}]}).encode()
    status, answer, _ = teled.request("/loki/api/v1/push", body, {"Content-Type": "application/json"})
    assert status == 204, (status, answer)


def tail_address(teled, query, **parameters):
    return f"ws://127.0.0.1:{teled.http}/loki/api/v1/tail?" + urllib.parse.urlencode({"query": query, **parameters})


async def lines_until(socket, wanted, timeout=10):
    """All lines that come until as many as wanted are there, and the entries dropped."""
    lines, dropped = [], []
    deadline = time.monotonic() + timeout
    while len(lines) < wanted:
        message = json.loads(await asyncio.wait_for(socket.recv(), deadline - time.monotonic()))
        for stream in message["streams"]:
            lines += [(int(t), text, stream["stream"]) for t, text, *_ in stream["values"]]
        dropped += message.get("dropped_entries") or []
    return lines, dropped


async def follow(teled):
    push(teled, "past", [f"old {i}" for i in range(30)])
    async with websockets.connect(tail_address(teled, '{app="past"} != "none"', limit=10)) as tail:
        lines, _ = await lines_until(tail, 10)
        checks.equal("the newest lines of the past come first, oldest of them first", [l[1] for l in lines], [f"old {i}" for i in range(20, 30)])
        await asyncio.to_thread(push, teled, "past", ["zero", "none here", "two: go"])
        lines, _ = await lines_until(tail, 2)
        checks.equal("then each line as it is stored, filters applied", [l[1] for l in lines], ["zero", "two: go"])
        checks.equal("with its labels", lines[0][2].get("app"), "past")
        await asyncio.to_thread(push, teled, "other", ["of another stream: go"])
        await asyncio.to_thread(push, teled, "past", ["last: go"])
        lines, _ = await lines_until(tail, 1)
        checks.equal("other streams stay away", [l[1] for l in lines], ["last: go"])
        pong = await tail.ping()
        await asyncio.wait_for(pong, 5)
        checks.check("a ping is answered", True)
    async with websockets.connect(tail_address(teled, '{app="staged"} | json | level="error" | line_format "{{.msg}}!"')) as tail:
        await asyncio.to_thread(push, teled, "staged", ['{"level":"info","msg":"no"}', '{"level":"error","msg":"yes"}'])
        lines, _ = await lines_until(tail, 1)
        checks.equal("stages run", [l[1] for l in lines], ["yes!"])
    headers = {"X-Loki-Response-Encoding-Flags": "categorize-labels"}
    async with websockets.connect(tail_address(teled, '{app="meta"} | logfmt'), additional_headers=headers) as tail:
        await asyncio.to_thread(push, teled, "meta", ["k=v"], metadata={"trace_id": "abc"})
        message = json.loads(await asyncio.wait_for(tail.recv(), 5))
        value = message["streams"][0]["values"][0]
        checks.equal("labels told apart on request", (value[2].get("structuredMetadata", {}).get("trace_id"), value[2].get("parsed")), ("abc", {"k": "v"}))
        checks.equal("and said so", message.get("encodingFlags"), ["categorize-labels"])
    async with websockets.connect(tail_address(teled, '{app="late"}', delay_for=2)) as tail:
        began = time.monotonic()
        later = time.time_ns()
        await asyncio.to_thread(push, teled, "late", ["second"], start=later)
        await asyncio.to_thread(push, teled, "late", ["first"], start=later - 500_000_000)
        lines, _ = await lines_until(tail, 2)
        checks.equal("delay_for puts late lines in order", [l[1] for l in lines], ["first", "second"])
        checks.check("and waits as long as it says", 1.5 < time.monotonic() - began < 6, time.monotonic() - began)


async def refusals(teled):
    for query, parameters, wanted in [('{app="a"', {}, 400), ('rate({app="a"}[1m])', {}, 400), ('{app="a"}', {"delay_for": 60}, 400), ('{app="a"}', {"delay_for": "x"}, 400),
                                      ('{app="a"}', {"limit": "-1"}, 400), ('{app="a"}', {"start": "gestern"}, 400)]:
        try:
            async with websockets.connect(tail_address(teled, query, **parameters)):
                checks.check(f"{query} {parameters} is refused", False, "a handshake")
        except websockets.exceptions.InvalidStatus as error:
            checks.equal(f"{query} {parameters} is refused", error.response.status_code, wanted)
    checks.equal("tail without a handshake", teled.get("/loki/api/v1/tail", query='{app="a"}')[0], 400)
    try:
        async with websockets.connect(f"ws://127.0.0.1:{teled.http}/loki/api/v1/query?query=1"):
            checks.check("no WebSocket elsewhere", False)
    except websockets.exceptions.InvalidStatus as error:
        checks.equal("no WebSocket elsewhere: plain HTTP answers", error.response.status_code, 200)
    async with websockets.connect(tail_address(teled, '{app="big"}')) as tail:
        try:
            await tail.send("x" * 100_000)
            await asyncio.wait_for(tail.recv(), 5)
            checks.check("a large frame of a client ends it", False)
        except websockets.exceptions.ConnectionClosed:
            checks.check("a large frame of a client ends it", True)


def deaf(teled, query):
    """A client that shakes hands and never reads."""
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    s.connect(("127.0.0.1", teled.http))
    path = "/loki/api/v1/tail?" + urllib.parse.urlencode({"query": query})
    s.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {'A' * 22}==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
    assert s.recv(12) == b"HTTP/1.1 101", "handshake"
    return s


async def slow(teled):
    """Five that never read, one that reads late: the first cost no more than their bounds, the second hears what it missed."""
    pid = teled.process.pid
    resident = lambda: int(open(f"/proc/{pid}/statm").read().split()[1]) * 4096 >> 20
    before = resident()
    deafs = [deaf(teled, '{app="flood"}') for _ in range(5)]
    async with websockets.connect(tail_address(teled, '{app="flood"}'), max_queue=1, max_size=None, ping_interval=None, close_timeout=1) as tail:
        await asyncio.sleep(0.2)
        text = "x" * 8000
        for _ in range(20):
            await asyncio.to_thread(push, teled, "flood", [text] * 100, {"level": "info"})
        lines, dropped = [], []
        try:
            while True:
                message = json.loads(await asyncio.wait_for(tail.recv(), 3))
                lines += [v for s in message["streams"] for v in s["values"]]
                dropped += message.get("dropped_entries") or []
        except (asyncio.TimeoutError, websockets.exceptions.ConnectionClosed):
            pass
        print(f"slow client: {len(lines)} lines, {len(dropped)} dropped entries told, RSS {before} -> {resident()} MiB with 5 that never read")
        checks.check("a slow client gets lines", len(lines) > 0)
        if len(lines) < 2_000:
            checks.check("and hears what was dropped, with labels", any(d["labels"].get("app") == "flood" and d["timestamp"].isdigit() for d in dropped), dropped[:2])
    checks.check("memory stays bounded", resident() - before < 400, f"{before} -> {resident()} MiB")
    checks.equal("queries go on", teled.get("/loki/api/v1/query", query="vector(1)+vector(1)")[0], 200)
    for s in deafs:
        s.close()


async def behind_the_handshake(teled):
    """Bytes behind the handshake that are no frames: HTTP's parser may hold some when the connection ends."""
    for more in [b"G", b"GET /ready HTTP/1.1\r\nHost: x\r\n\r\n", b"\x00\xff" * 50]:
        s = socket.create_connection(("127.0.0.1", teled.http), timeout=5)
        path = "/loki/api/v1/tail?" + urllib.parse.urlencode({"query": '{app="past"}'})
        s.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {'A' * 22}==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode() + more)
        try:
            s.recv(4096)
        except TimeoutError:
            pass
        s.close()
        await asyncio.sleep(0.2)
        checks.equal(f"alive after {more[:5]} behind the handshake", teled.get("/ready")[0], 200)


async def delay(teled, seconds, rate):
    """From the moment that a line is handed to the server to the moment that a client has it, under load."""
    stop = time.monotonic() + seconds
    sent = {}

    def load():
        n = 0
        while time.monotonic() < stop:
            push(teled, "noise", [f"noise {n + i} some words of a line that nobody follows" for i in range(max(1, rate // 20))])
            n += 1
            time.sleep(0.05)

    def probe():
        n = 0
        while time.monotonic() < stop:
            sent[n] = time.monotonic()
            push(teled, "probe", [f"probe {n}"])
            n += 1
            time.sleep(0.02)

    took = []
    async with websockets.connect(tail_address(teled, '{app="probe"} |= "probe"')) as tail:
        threads = [threading.Thread(target=load), threading.Thread(target=probe)]
        for t in threads:
            t.start()
        while time.monotonic() < stop + 1:
            try:
                message = json.loads(await asyncio.wait_for(tail.recv(), 1))
            except asyncio.TimeoutError:
                break
            now = time.monotonic()
            took += [(now - sent[int(v[1].split()[1])]) * 1000 for s in message["streams"] for v in s["values"]]
        for t in threads:
            t.join()
    took.sort()
    checks.equal("every line of the probe arrives", len(took), len(sent))
    print(f"tail delay, push sent to line received, {rate} lines/s beside it: n {len(took)}, p50 {took[len(took) // 2]:.1f} ms, p99 {took[int(len(took) * 0.99)]:.1f} ms")


def varint(n):
    out = b""
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def field(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


def snappy(data):
    """A snappy block of literals alone."""
    out = varint(len(data))
    for i in range(0, len(data), 60):
        part = data[i:i + 60]
        out += bytes([(len(part) - 1) << 2]) + part
    return out


def timestamp(ns):
    return b"\x08" + varint(ns // 10**9) + b"\x10" + varint(ns % 10**9)


def range_query(teled, query, start, end, **parameters):
    status, body, headers = teled.get("/loki/api/v1/query_range", {"Accept-Encoding": parameters.pop("accept", "identity")}, query=query, start=start, end=end, **parameters)
    return status, body, headers


def texts(body):
    return sorted(v[1] for s in json.loads(body)["data"]["result"] for v in s["values"])


def clients(teled):
    """Requests as the documentation of shippers and of logcli has them, byte for byte where that is what counts."""
    now = time.time_ns()
    # Fluent Bit, output `loki`: JSON, times as strings, `line_format json` puts the record into the line.
    fluent = b'{"streams":[{"stream":{"job":"fluentbit"},"values":[["%d","{\\"log\\":\\"started\\",\\"level\\":\\"info\\"}"]]}]}' % now
    status, body, headers = teled.request("/loki/api/v1/push", fluent, {"Content-Type": "application/json", "User-Agent": "Fluent-Bit", "Connection": "keep-alive"})
    checks.equal("Fluent Bit's loki output", (status, body), (204, b""))
    # ... with structured_metadata, and compressed with `compress gzip`.
    import gzip
    fluent = b'{"streams":[{"stream":{"job":"fluentbit"},"values":[["%d","with metadata",{"pod":"p-1"}]]}]}' % (now + 1)
    status, *_ = teled.request("/loki/api/v1/push", gzip.compress(fluent), {"Content-Type": "application/json", "Content-Encoding": "gzip", "User-Agent": "Fluent-Bit"})
    checks.equal("Fluent Bit, gzip, structured metadata", status, 204)
    # Promtail and Alloy: PushRequest{streams{labels, entries{timestamp, line, structuredMetadata{name, value}}, hash}} in a snappy block.
    entry = field(1, timestamp(now + 2)) + field(2, b"from promtail") + field(3, field(1, b"trace_id") + field(2, b"0af7651916cd43dd8448eb211c80319c"))
    request = field(1, field(1, b'{filename="/var/log/syslog", job="promtail"}') + field(2, entry) + b"\x18\xb9\x0a")
    status, body, _ = teled.request("/loki/api/v1/push", snappy(request), {"Content-Type": "application/x-protobuf", "User-Agent": "promtail/3.5.0", "X-Scope-OrgID": "fake"})
    checks.equal("Promtail's push", (status, body), (204, b""))
    start, end = now - 10**9, now + 10**9
    status, body, _ = range_query(teled, '{job="fluentbit"} | json', start, end)
    checks.equal("what Fluent Bit sent", (status, texts(body)), (200, ['with metadata', '{"log":"started","level":"info"}']))
    status, body, _ = range_query(teled, '{job="promtail"} | trace_id="0af7651916cd43dd8448eb211c80319c"', start, end)
    checks.equal("what Promtail sent", texts(body), ["from promtail"])
    # logcli: `query`, `instant-query`, `labels`, `series`, `stats`, `volume`, `volume_range`, `detected-fields`, `delete`.
    agent = {"User-Agent": "loki-logcli/3.5", "X-Loki-Response-Encoding-Flags": "categorize-labels", "Accept-Encoding": "gzip"}
    query, counting = urllib.parse.quote_plus('{job="promtail"}'), 'count_over_time({job=~".+"}[5m])'
    for path, part in [
        (f"/loki/api/v1/query_range?direction=BACKWARD&end={end}&limit=30&query={query}&start={start}", "streams"),
        (f"/loki/api/v1/query_range?direction=FORWARD&end={end}&interval=1s&limit=30&query={query}&start={start}&step=15.000000", "streams"),
        (f"/loki/api/v1/query?direction=BACKWARD&limit=30&query={urllib.parse.quote_plus(counting)}&time={end}", "vector"),
        (f"/loki/api/v1/labels?end={end}&start={start}", "filename"),
        (f"/loki/api/v1/label/job/values?end={end}&start={start}", "promtail"),
        (f"/loki/api/v1/series?end={end}&match={query}&start={start}", "syslog"),
        (f"/loki/api/v1/index/stats?end={end}&query={query}&start={start}", "entries"),
        (f"/loki/api/v1/index/volume?aggregateBy=series&end={end}&limit=30&query={query}&start={start}", "vector"),
        (f"/loki/api/v1/index/volume_range?end={end}&limit=30&query={query}&start={start}&step=60", "matrix"),
        (f"/loki/api/v1/detected_fields?end={end}&limit=100&line_limit=1000&query={query}&start={start}&step=15", "fields"),
        (f"/loki/api/v1/detected_labels?end={end}&query={query}&start={start}", "detectedLabels"),
        (f"/loki/api/v1/patterns?end={end}&query={query}&start={start}&step=60s", "data"),
        ("/loki/api/v1/drilldown-limits", "limits"), ("/loki/api/v1/status/buildinfo", "version"), ("/loki/api/v1/delete", "["),
    ]:
        status, body, headers = teled.request(path, headers=agent)
        if headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        checks.check(path.split("?")[0], status == 200 and part.encode() in body, (status, body[:200]))


    # Fluent Bit's opentelemetry output: protobuf, the record as a map in the body, or its `log` key as a text.
    attribute = lambda key, text: field(1, key) + field(2, field(1, text))
    record = b"\x09" + struct.pack("<Q", now + 3) + field(5, field(1, b"by otlp")) + field(6, attribute(b"pod", b"p-2"))
    logs = field(1, field(1, field(1, attribute(b"service.name", b"fluent-otlp"))) + field(2, field(1, b"") + field(2, record)))
    status, *_ = teled.request("/v1/logs", logs, {"Content-Type": "application/x-protobuf", "User-Agent": "Fluent-Bit"})
    checks.equal("Fluent Bit's opentelemetry output", status, 200)
    status, body, _ = range_query(teled, '{service_name="fluent-otlp"} | pod="p-2"', start, end)
    checks.equal("what it sent", (status, texts(body)), (200, ["by otlp"]))
    grafana(teled, start, end)


def grafana(teled, start, end):
    """What Grafana's Loki data source and Logs Drilldown ask for."""
    agent = {"User-Agent": "Grafana/12.1.0", "X-Query-Tags": "Source=grafana", "X-Loki-Response-Encoding-Flags": "categorize-labels", "Accept-Encoding": "identity", "X-Scope-OrgID": "fake"}
    q = urllib.parse.quote_plus
    stream = '{job=`promtail`}'
    window = f"start={start}&end={end}"
    for path, part in [
        (f"/loki/api/v1/query?direction=backward&query={q('vector(1)+vector(1)')}&time=4000000000", '"value":[4000000000,"2"]'),
        (f"/loki/api/v1/query_range?direction=backward&limit=1000&query={q(stream + ' |= `from`')}&step=2000ms&{window}", "from promtail"),
        (f"/loki/api/v1/query_range?direction=backward&limit=1000&query={q(stream + ' | json | logfmt | drop __error__, __error_details__')}&step=2000ms&{window}", "encodingFlags"),
        (f"/loki/api/v1/query_range?direction=backward&query={q('sum by (level, detected_level) (count_over_time(' + stream + ' [1s]))')}&step=1000ms&{window}", "matrix"),
        (f"/loki/api/v1/query_range?direction=backward&query={q('sum by (trace_id) (count_over_time(' + stream + ' | trace_id!=`` [1s]))')}&step=1000ms&{window}", "0af7651916cd43dd"),
        (f"/loki/api/v1/query_range?direction=backward&query={q('sum(count_over_time(' + stream + ' | detected_level=~`info|unknown` |~ `(?i)FROM` [1s]))')}&step=1000ms&{window}", "matrix"),
        (f"/loki/api/v1/query_range?direction=backward&query={q('avg_over_time(' + stream + ' | logfmt | unwrap duration(took) | __error__=`` [1s]) by (job)')}&step=1000ms&{window}", "result"),
        (f"/loki/api/v1/query?direction=backward&query={q('topk(5, sum by (job) (count_over_time({job=~`.+`} [5m])))')}&time={end}", "vector"),
        (f"/loki/api/v1/labels?{window}", "job"),
        (f"/loki/api/v1/label/job/values?{window}&query={q('{filename=`/var/log/syslog`}')}", "promtail"),
        (f"/loki/api/v1/series?match[]={q(stream)}&{window}", "syslog"),
        (f"/loki/api/v1/index/stats?query={q(stream)}&{window}", '"entries":1'),
        (f"/loki/api/v1/index/volume?query={q('{service_name=~`.+`}')}&limit=5000&targetLabels=service_name&{window}", "fluent-otlp"),
        (f"/loki/api/v1/index/volume_range?query={q('{service_name=~`.+`}')}&limit=5000&targetLabels=service_name&step=60&{window}", "matrix"),
        (f"/loki/api/v1/detected_labels?query={q(stream)}&{window}", "detectedLabels"),
        (f"/loki/api/v1/detected_fields?query={q(stream)}&line_limit=1000&limit=1000&{window}", "trace_id"),
        (f"/loki/api/v1/detected_field/trace_id/values?query={q(stream)}&line_limit=1000&limit=1000&{window}", "0af7651916cd43dd"),
        (f"/loki/api/v1/patterns?query={q(stream)}&step=10s&{window}", "from promtail"),
        (f"/loki/api/v1/format_query?query={q(stream + '|=`x`')}", "success"),
        ("/loki/api/v1/drilldown-limits", "pattern_ingester_enabled"), ("/loki/api/v1/status/buildinfo", "version"),
    ]:
        status, body, _ = teled.request(path, headers=agent)
        checks.check("Grafana: " + path.split("?")[0], status == 200 and part.encode() in body, (status, path, body[:300]))


def lines_with_the_handshake(telectl):
    """A server whose first lines come in one piece with the answer to the handshake: telectl -f shows them."""
    import base64, hashlib, subprocess
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                s, _ = listener.accept()
            except OSError:
                return
            head = b""
            while b"\r\n\r\n" not in head:
                more = s.recv(4096)
                if not more:
                    break
                head += more
            if b"/tail" not in head.split(b"\r\n")[0]:
                body = b'{"status":"success","data":{"resultType":"streams","result":[],"stats":{}}}'
                s.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
                s.close()
                continue
            key = [l.split(b": ", 1)[1] for l in head.split(b"\r\n") if l.lower().startswith(b"sec-websocket-key")][0]
            accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
            message = json.dumps({"streams": [{"stream": {"app": "a"}, "values": [[str(time.time_ns()), "at once"]]}], "dropped_entries": []}).encode()
            s.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + accept
                      + b"\r\n\r\n" + b"\x81" + (bytes([len(message)]) if len(message) < 126 else b"\x7e" + struct.pack(">H", len(message))) + message)
            time.sleep(2)
            s.sendall(b"\x88\x00")
            s.close()

    threading.Thread(target=serve, daemon=True).start()
    with subprocess.Popen([telectl, "logs", '{app="a"}', "-f", "--server", f"http://127.0.0.1:{listener.getsockname()[1]}", "--output", "raw"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as follower:
        shown = []
        reader = threading.Thread(target=lambda: shown.append(follower.stdout.readline()))
        reader.start()
        reader.join(10)
        follower.kill()
    listener.close()
    checks.equal("telectl -f shows lines that come with the handshake", [s.strip() for s in shown], [b"at once"])


def bad_input(teled):
    """Whatever comes: a clear 4xx or an answer, never 500, never a hang."""
    now = time.time_ns()
    alive = lambda what: checks.equal(f"alive after {what}", teled.get("/ready")[0], 200)

    def push_raw(what, value, wanted, labels='{"app":"bad"}'):
        body = value if isinstance(value, bytes) else b'{"streams":[{"stream":%s,"values":%s}]}' % (labels.encode(), json.dumps(value).encode())
        began = time.monotonic()
        status, answer, _ = teled.request("/loki/api/v1/push", body, {"Content-Type": "application/json"})
        checks.check(f"{what}: {status}", status in wanted and time.monotonic() - began < 30, answer[:200])
        return status

    # Within a stream of its own: tests run with debug builds, in which a stage takes its time for so long a line.
    push_raw("a line of 10 MB", [[str(now), "L" * (10 << 20)]], {204, 400, 413}, '{"app":"long"}')
    push_raw("a line of 100 kB", [[str(now), "L" * 100_000]], {204})
    push_raw("10,000 labels", [[str(now), "x"]], {400, 413}, "{" + ",".join(f'"l{i}":"v"' for i in range(10_000)) + "}")
    push_raw("10,000 metadata", [[str(now + 1), "x", {f"m{i}": "v" for i in range(10_000)}]], {204, 400}, '{"app":"long"}')
    status, body, _ = range_query(teled, '{app="long"}', now - 10**9, now + 10**9)
    checks.check("what is long comes back", status == 200 and len(body) > 10 << 20, (status, len(body)))
    push_raw("invalid UTF-8 in a line", b'{"streams":[{"stream":{"app":"utf"},"values":[["%d","a\xff\xfeb"]]}]}' % now, {204, 400})
    push_raw("NUL in a line", [[str(now + 2), "a\0b"]], {204})
    push_raw("JSON 10,000 deep", b'{"streams":' + b"[" * 10_000 + b"]" * 10_000 + b"}", {400})
    push_raw("a line of JSON 10,000 deep", [[str(now + 3), '{"a":' * 10_000 + "1" + "}" * 10_000]], {204})
    for stamp in ["-1", "0", "9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616", "1e30", "x", ""]:
        push_raw(f"a timestamp of {stamp!r}", [[stamp, "x"]], {204, 400})
    for body in [b"", b"{", b"[]", b"null", b'{"streams":null}', b'{"streams":[{"stream":{"a":1},"values":[]}]}', b'{"streams":[{"stream":{"a":"b"},"values":[[1,2]]}]}']:
        push_raw(f"push of {body[:40]}", body, {204, 400})
    for block in [b"", b"\xff\xff\xff\xff\x0f", b"\x80\x80\x80\x80\x04\x00", snappy(b"\xff" * 100), snappy(field(1, field(1, b"{") + field(2, b"\x0a\x00")))]:
        status, answer, _ = teled.request("/loki/api/v1/push", block, {"Content-Type": "application/x-protobuf"})
        checks.check(f"a snappy block {block[:6]}: {status}", status in {204, 400, 413}, answer[:200])
    alive("pushes")
    start, end = now - 10**9, now + 10**9
    queries = {
        "a regular expression bomb": '{app="bad"} |~ "(a*)*(a*)*(a*)*b"', "a counted bomb": '{app="bad"} |~ "((((x{1,100}){1,100}){1,100}){1,100})"',
        "a regexp parser bomb": '{app="bad"} | regexp "(?P<x>(L|LL|LLL)*)z"', "a pattern of 2,000 captures": '{app="bad"} |> "' + "<_>L" * 2_000 + '"',
        "a template loop": '{app="bad"} | line_format "{{ range $i := 1000000000 }}x{{ end }}"',
        "nested template loops": '{app="bad"} | line_format "{{ range 10000 }}{{ range 10000 }}{{ range 10000 }}x{{ end }}{{ end }}{{ end }}"',
        "a huge repeat": '{app="bad"} | line_format `{{ repeat 2000000000 "xxxxxxxx" }}`', "a huge indent": '{app="bad"} | line_format `{{ indent 2000000000 "x" }}`',
        "a huge printf": '{app="bad"} | line_format `{{ printf "%1000000000d" 1 }}`', "deep parentheses": "(" * 10_000 + "1" + ")" * 10_000,
        "10,000 operators": "1" + "+1" * 10_000, "10,000 stages": '{app="bad"}' + ' | json' * 10_000, "JSON of a deep line": '{app="bad"} | json', "unpack": '{app="bad"} | unpack',
        "fromJson of a deep line": '{app="bad"} | line_format `{{ fromJson __line__ }}`', "an empty query": "", "NUL": "{\0}", "a lone quote": '{a="', "huge numbers": "1e999999 + 0x" + "f" * 1000,
        "a range of years": 'count_over_time({app="bad"}[999999999y])', "a negative range": 'count_over_time({app="bad"}[-5m])', "an offset of years": 'count_over_time({app="bad"}[5m] offset 290y)',
        "topk of a lot": 'topk(9223372036854775807, count_over_time({app="bad"}[5m]))', "a quantile of NaN": 'quantile_over_time(NaN, {app="bad"} | logfmt | unwrap x [5m])',
    }
    for what, query in queries.items():
        began = time.monotonic()
        body = urllib.parse.urlencode({"query": query, "start": start, "end": end, "limit": 20}).encode()
        status, answer, _ = teled.request("/loki/api/v1/query_range", body, {"Content-Type": "application/x-www-form-urlencoded"})
        took = time.monotonic() - began
        checks.check(f"{what}: {status} in {took:.1f} s", (status == 200 or 400 <= status < 500) and took < 30, answer[:200])
    alive("queries")
    for parameters in [{"limit": 2**63}, {"limit": 2**63 - 1}, {"limit": -1}, {"limit": "0x10"}, {"start": 2**64}, {"start": -(2**63), "end": 2**63 - 1}, {"start": "nan"}, {"end": "1e400"},
                       {"step": "1e-300"}, {"step": -1}, {"step": "9" * 400}, {"interval": "9999999y"}, {"interval": "-5s"}, {"direction": "sideways"}, {"since": "-1h"}, {"since": "99999999y"}]:
        for query in ['{app="bad"}', 'rate({app="bad"}[1m])']:
            status, answer, _ = teled.get("/loki/api/v1/query_range", **{"query": query, "start": start, "end": end, **parameters})
            checks.check(f"{parameters} {query}: {status}", status == 200 or 400 <= status < 500, answer[:200])
    status, answer, _ = teled.get("/loki/api/v1/query_range", query='{app="bad"}', limit=2**63)
    checks.equal("a limit of 2^63 is refused", status, 400)
    for path in ["index/volume_range", "index/volume", "index/stats", "patterns", "detected_fields", "series", "labels"]:
        for parameters in [{"start": 0, "end": 2**63 - 1, "step": "1ns"}, {"limit": 2**63}, {"query": "{"}, {"match[]": "{"}, {"line_limit": -1}]:
            status, answer, _ = teled.get("/loki/api/v1/" + path, **{"query": '{app="bad"}', **parameters})
            checks.check(f"{path} {parameters}: {status}", status == 200 or 400 <= status < 500, answer[:200])
    alive("parameters")


async def shutdown(teled):
    async with websockets.connect(tail_address(teled, '{app="bye"}')) as tail:
        await asyncio.sleep(0.2)
        began = time.monotonic()
        code = await asyncio.to_thread(teled.stop)
        checks.equal("stops while a client follows", code, 0)
        checks.check("and does so at once", time.monotonic() - began < 5, time.monotonic() - began)
        try:
            await asyncio.wait_for(tail.recv(), 2)
        except websockets.exceptions.ConnectionClosed as error:
            checks.equal("the client hears why", error.rcvd.code if error.rcvd else None, 1001)


async def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--bin", required=True)
    arguments.add_argument("--seconds", type=float, default=5)
    arguments.add_argument("--rate", type=int, default=2000)
    options = arguments.parse_args()
    teled = Patient(options.bin)
    try:
        for part in [asyncio.to_thread(clients, teled), asyncio.to_thread(bad_input, teled), follow(teled), refusals(teled), behind_the_handshake(teled), asyncio.to_thread(lines_with_the_handshake, os.path.join(options.bin, "telectl")), delay(teled, options.seconds, options.rate), slow(teled), shutdown(teled)]:
            await part
    finally:
        if teled.process.poll() is None:
            teled.stop()
    checks.finish()


asyncio.run(main())
