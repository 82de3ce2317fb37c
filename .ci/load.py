"""A mixed load of logs, spans and samples whose every record follows from its number, and the way to read it back.

Request r of a signal has records 0 ..< N. What a record must look like is computed from (r, j) alone, so that a row that
comes back is either exactly one that was sent, or wrong.
"""
import http.client, json, random, struct, threading, time

LOGS, SPANS, SERIES, SAMPLES = 40, 20, 20, 5  # records of a request; samples: of each of its series
PAGE = 5000  # log rows asked for at once
WORDS = "disk cache user order payment queue retry timeout shard index worker socket reply token batch tenant".split()
SEVERITIES = [1, 5, 9, 13, 17, 21]


def varint(value):
    out = b""
    while value >= 0x80:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def field(number, payload):
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def attribute(key, value):
    return field(1, key.encode()) + field(2, field(1, value.encode()))


RESOURCE = field(1, field(1, attribute("service.name", "crash")))


class Load:
    """What is sent, what was acknowledged, and what is known to be stored."""

    signals = ("logs", "traces", "metrics")

    def __init__(self, padding=0, begin=None):
        self.begin = begin or (time.time_ns() - 60 * 10**9) // 10**9 * 10**9
        self.padding = padding
        self.lock = threading.Lock()
        self.next = 1
        self.sent = {s: set() for s in self.signals}
        self.acknowledged = {s: set() for s in self.signals}
        self.refused = {s: {} for s in self.signals}
        self.settled = {s: set() for s in self.signals}  # requests that are stored for good
        self.looked = 1  # requests below are settled, or known not to be there

    # ---- what a request holds

    def log(self, r, j):
        n = r * 64 + j
        pick = random.Random(n)
        text = f"request {n:x} {pick.choice(WORDS)} took {pick.randrange(1000)} ms for {pick.choice(WORDS)} {pick.getrandbits(32):08x}"
        if self.padding:
            text += " " + "%x" % pick.getrandbits(self.padding * 4)
        return self.begin + n * 1000, text, SEVERITIES[n % 6], str(n)

    def span(self, r, j):
        start = self.begin + r * 10**6 + j * 1000
        return {"spanID": f"{r * 64 + j + 1:016x}", "parentSpanID": f"{r * 64 + j:016x}" if j else "", "name": f"op-{j}-{r % 7}",
                "start": start, "end": start + 500 + r % 100, "user": f"user-{r * 31 % 1009}"}

    def trace(self, r):
        return f"{random.Random(r).getrandbits(64):016x}{r:016x}"

    def sample(self, r, k, j):
        return self.begin // 10**6 + r * SAMPLES + j, k * 1e6 + r + j / 8

    def body(self, signal, r):
        out = []
        if signal == "logs":
            for j in range(LOGS):
                at, text, severity, n = self.log(r, j)
                out.append(field(2, b"\x09" + struct.pack("<Q", at) + b"\x10" + varint(severity) + field(5, field(1, text.encode())) + field(6, attribute("n", n))))
        elif signal == "traces":
            trace = bytes.fromhex(self.trace(r))
            for j in range(SPANS):
                s = self.span(r, j)
                parent = field(4, bytes.fromhex(s["parentSpanID"])) if j else b""
                out.append(field(2, field(1, trace) + field(2, bytes.fromhex(s["spanID"])) + parent + field(5, s["name"].encode())
                                 + b"\x39" + struct.pack("<Q", s["start"]) + b"\x41" + struct.pack("<Q", s["end"]) + field(9, attribute("user", s["user"]))))
        else:
            points = b""
            for k in range(SERIES):
                labels = field(7, attribute("worker", f"{r % 2}-{k}"))
                for j in range(SAMPLES):
                    at, value = self.sample(r, k, j)
                    points += field(1, labels + b"\x19" + struct.pack("<Q", at * 10**6) + b"\x21" + struct.pack("<d", value))
            out.append(field(2, field(1, b"crash_value") + field(5, points)))
        return field(1, RESOURCE + field(2, b"".join(out)))

    # ---- sending

    def claim(self, signal):
        with self.lock:
            r = self.next
            self.next += 1
            self.sent[signal].add(r)
            return r

    def send(self, connection, signal):
        """One request; its status. OSError and HTTPException where the connection breaks."""
        r = self.claim(signal)
        connection.request("POST", "/v1/" + signal, self.body(signal, r), {"Content-Type": "application/x-protobuf"})
        answer = connection.getresponse()
        answer.read()
        with self.lock:
            if answer.status == 200:
                self.acknowledged[signal].add(r)
            else:
                self.refused[signal][answer.status] = self.refused[signal].get(answer.status, 0) + 1
        return answer.status, answer.headers

    def run(self, port, stop, threads=1):
        """Threads of each signal that send until `stop` is set or the server is gone."""
        def work(signal):
            try:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
                while not stop.is_set():
                    if self.send(connection, signal)[0] != 200:
                        time.sleep(0.02)
            except (OSError, http.client.HTTPException):
                pass

        started = [threading.Thread(target=work, args=(s,), daemon=True) for s in self.signals for _ in range(threads)]
        for t in started:
            t.start()
        return started

    # ---- reading back: each gives {(r, j): times seen}, and what was wrong

    def read(self, teled, first, upto):
        """All rows of the requests first ..< upto, by signal: ({r: {place: times}}, [what is wrong])."""
        found = {s: {} for s in self.signals}
        wrong = []

        def note(signal, r, place):
            rows = found[signal].setdefault(r, {})
            rows[place] = rows.get(place, 0) + 1

        self.read_logs(teled, first, upto, note, wrong)
        self.read_traces(teled, first, upto, note, wrong)
        self.read_samples(teled, first, upto, note, wrong)
        return found, wrong

    def read_logs(self, teled, first, upto, note, wrong):
        start, end = self.begin + first * 64000, self.begin + upto * 64000
        while start < end:
            status, body, _ = teled.get("/loki/api/v1/query_range", {"X-Loki-Response-Encoding-Flags": "categorize-labels"},
                                        query='{service_name="crash"}', start=start, end=end, limit=PAGE, direction="forward")
            if status != 200:
                wrong.append(f"logs: {status} {body[:200]}")
                return
            rows = [v for s in json.loads(body)["data"]["result"] for v in s["values"]]
            for at, line, *more in rows:
                n = (int(at) - self.begin) // 1000
                r, j = n // 64, n % 64
                metadata = (more[0] if more else {}).get("structuredMetadata", {})
                if r not in self.sent["logs"] or (int(at), line, metadata.get("n")) != tuple(self.log(r, j)[i] for i in (0, 1, 3)):
                    wrong.append(f"log never sent: {at} {line[:100]} {metadata}")
                else:
                    note("logs", r, j)
            if len(rows) < PAGE:
                return
            start = max(int(v[0]) for v in rows) + 1

    def read_traces(self, teled, first, upto, note, wrong):
        connection = http.client.HTTPConnection("127.0.0.1", teled.http, timeout=60)
        for r in sorted(self.sent["traces"]):
            if not first <= r < upto:
                continue
            connection.request("GET", f"/api/tele/v1/trace/{self.trace(r)}")
            answer = connection.getresponse()
            body = answer.read()
            if answer.status == 404:
                continue
            if answer.status != 200:
                wrong.append(f"trace {r}: {answer.status} {body[:200]}")
                continue
            for s in json.loads(body)["spans"]:
                j = int(s["spanID"], 16) - 1 - r * 64
                user = [a["value"] for a in s["attributes"] if a["key"] == "user"]
                got = {"spanID": s["spanID"], "parentSpanID": s["parentSpanID"], "name": s["name"], "start": int(s["startUnixNano"]),
                       "end": int(s["endUnixNano"]), "user": user[0] if user else None}
                if not 0 <= j < SPANS or got != self.span(r, j) or s["service"] != "crash":
                    wrong.append(f"span never sent: {s}")
                else:
                    note("traces", r, j)

    def read_samples(self, teled, first, upto, note, wrong):
        base = self.begin // 10**6
        for low in range(first, upto, 10000):
            high = min(upto, low + 10000)
            status, body, _ = teled.get("/api/v1/query", query=f"crash_value[{(high - low) * SAMPLES}ms]", time=(base + high * SAMPLES - 1) / 1000)
            if status != 200:
                wrong.append(f"samples: {status} {body[:200]}")
                return
            for series in json.loads(body)["data"]["result"]:
                parity, k = map(int, series["metric"]["worker"].split("-"))
                for at, value in series["values"]:
                    n = round(at * 1000) - base
                    r, j = n // SAMPLES, n % SAMPLES
                    if r not in self.sent["metrics"] or r % 2 != parity or float(value) != self.sample(r, k, j)[1]:
                        wrong.append(f"sample never sent: {series['metric']} {at} {value}")
                    else:
                        note("metrics", r, (k, j))

    records = {"logs": LOGS, "traces": SPANS, "metrics": SERIES * SAMPLES}

    def settle(self, teled):
        """After a crash: looks at what came since the last one. Gives what is wrong; what is there now has to stay."""
        with self.lock:
            upto = self.next
        found, wrong = self.read(teled, self.looked, upto)
        for signal in self.signals:
            for r in self.sent[signal]:
                if not self.looked <= r < upto:
                    continue
                rows = found[signal].get(r, {})
                if any(times != 1 for times in rows.values()):
                    wrong.append(f"{signal}: request {r} has rows that are there twice")
                if len(rows) == self.records[signal]:
                    self.settled[signal].add(r)
                elif rows:
                    wrong.append(f"{signal}: {len(rows)} of {self.records[signal]} rows of request {r} are there")
                elif r in self.acknowledged[signal]:
                    wrong.append(f"{signal}: request {r} was acknowledged and is lost")
        self.looked = upto
        return wrong

    def totals(self, teled):
        """The engine's own count of all records, by signal."""
        seconds = (self.next * 64000 // 10**9) + 120 + (self.next * 10**6 // 10**9)
        end = self.begin // 10**9 + seconds
        out = {}
        status, body, _ = teled.get("/loki/api/v1/query", query=f'sum(count_over_time({{service_name="crash"}}[{seconds + 60}s]))', time=end * 10**9)
        result = json.loads(body)["data"]["result"] if status == 200 else None
        out["logs"] = int(float(result[0]["value"][1])) if result else 0 if result == [] else f"{status} {body[:200]}"
        status, body, _ = teled.get("/api/v1/query", query=f"sum(count_over_time(crash_value[{seconds + 60}s]))", time=end)
        result = json.loads(body)["data"]["result"] if status == 200 else None
        out["metrics"] = int(float(result[0]["value"][1])) if result else 0 if result == [] else f"{status} {body[:200]}"
        status, body, _ = teled.get("/tempo/api/metrics/query", q="{ } | count_over_time()", start=self.begin // 10**9 - 60, end=end)
        if status == 200:
            series = json.loads(body).get("series") or []
            out["traces"] = int(sum(float(s.get("value", 0)) for s in series))
        else:
            out["traces"] = f"{status} {body[:200]}"
        return out

    def expected(self):
        return {s: len(self.settled[s]) * self.records[s] for s in self.signals}


