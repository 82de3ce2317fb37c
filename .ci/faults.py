#!/usr/bin/env python3
"""What a teled does when the disk or its clients misbehave. Needs nothing but Python; `full` needs root (a tmpfs).

  faults.py bits   --bin DIR [--times 200] [--seed 1]   one bit, sector or file of a copy of a data folder is damaged
  faults.py full   --bin DIR                            the disk is full: 503, reads, the way back, kill -9
  faults.py flood  --bin DIR [--seconds 20]             a gzip bomb and far more load than it can take: memory stays bounded
  faults.py steady --bin DIR [--seconds 600]            resident memory over a long run is flat
  faults.py start  --bin DIR [--payloads /tmp/bench]    time and memory of a start with much data and a full log
"""
import argparse, base64, collections, gzip, http.client, json, multiprocessing, os, random, re, shutil, struct, subprocess, tempfile, threading, time, zlib
from load import Load, attribute, field
from server import Checks, Teled

SMALL = """memory: 64MiB
storage: {seal_bytes: %s, seal_age: 1h, merge_inputs: %d}
"""


SEEN = "of these seen by telectl segments verify"


# ---- damage at rest


def files(folder):
    """What can be damaged, by kind."""
    out = collections.defaultdict(list)
    for signal in ("logs", "traces", "metrics"):
        out[signal] = [f"{signal}/{n}" for n in sorted(os.listdir(os.path.join(folder, signal))) if n.endswith(".seg")]
    out["manifest"] = ["manifest", "manifest.copy"]
    out["wal"] = [f"wal/{n}" for n in sorted(os.listdir(os.path.join(folder, "wal")))]
    return out


def prepare(binary, folder):
    """A data folder with several segments a signal and a write-ahead log, as kill -9 leaves it."""
    teled = Teled(binary, SMALL % ("64KiB", 1000), data=folder)
    load = Load(padding=64)
    connection = http.client.HTTPConnection("127.0.0.1", teled.http, timeout=20)
    def send(times):
        for _ in range(times):
            for signal in load.signals:
                while load.send(connection, signal)[0] != 200:
                    time.sleep(0.05)
    while min(len(files(folder)[s]) for s in load.signals) < 3:
        send(4)
        if load.next > 2000:
            raise SystemExit(f"no segments: { {s: len(v) for s, v in files(folder).items()} }")
    teled.kill()
    # Sealed no more: these stay in the log, in several files.
    path = teled.arguments[teled.arguments.index("--config") + 1]
    with open(path, "w") as f:
        f.write("memory: 64MiB\nstorage: {seal_age: 1h, wal_bytes: 1MiB, merge_inputs: 1000}\n")
    teled.start()
    connection = http.client.HTTPConnection("127.0.0.1", teled.http, timeout=20)
    send(16)
    teled.kill()
    shutil.rmtree(teled.folder)
    return load


def damage(path, kind, rnd):
    """Damages a file; says what was done, or None where it changes nothing."""
    size = os.path.getsize(path)
    if kind == "removed":
        os.remove(path)
        return f"{size} bytes"
    if size == 0:
        return None
    if kind == "emptied":
        os.truncate(path, 0)
        return f"of {size} bytes"
    if kind == "cut":
        to = rnd.randrange(size)
        os.truncate(path, to)
        return f"to {to} of {size}"
    with open(path, "r+b") as f:
        if kind == "bit flipped":
            at, bit = rnd.randrange(size), rnd.randrange(8)
            f.seek(at)
            byte = f.read(1)[0]
            f.seek(at)
            f.write(bytes([byte ^ 1 << bit]))
            return f"bit {bit} of byte {at} of {size}"
        at = rnd.randrange((size + 511) // 512) * 512
        f.seek(at)
        old = f.read(512)
        f.seek(at)
        f.write(bytes(len(old)))
        return f"at {at} of {size}" if any(old) else None


def lost(load, before, after):
    """Rows that are gone, by signal; and rows that are there more than once."""
    gone, twice = collections.Counter(), 0
    for s in load.signals:
        for r, rows in before[s].items():
            now = after[s].get(r, {})
            gone[s] += len(rows) - len(now)
            twice += sum(n != 1 for n in now.values())
    return +gone, twice


def bits(o):
    c = Checks()
    root = tempfile.mkdtemp(prefix="tele-bits-")
    original = os.path.join(root, "original")
    load = prepare(o.bin, original)
    all_files = files(original)
    count = {s: sum(len(v) for v in load.acknowledged.values()) for s in load.signals}
    late = "memory: 64MiB\nstorage: {seal_age: 1h, merge_inputs: 1000}\n"
    folder = os.path.join(root, "copy")
    shutil.copytree(original, folder)
    teled = Teled(o.bin, late, data=folder)
    before, wrong = load.read(teled, 1, load.next)
    whole = {s: sum(len(v) for v in before[s].values()) for s in load.signals}
    c.check("the folder is whole before", not wrong and all(len(before[s]) == len(load.sent[s]) for s in load.signals), wrong[:3])
    print("the folder: " + ", ".join(f"{len(v)} {k} files" for k, v in all_files.items()) + "; rows: " + ", ".join(f"{n} {s}" for s, n in whole.items()), flush=True)
    teled.kill()
    table = collections.defaultdict(collections.Counter)
    most = collections.Counter()
    for turn in range(o.times):
        rnd = random.Random(o.seed * 100003 + turn)
        what = rnd.choice(list(all_files))
        kind = rnd.choice(["bit flipped"] * 3 + ["sector zeroed"] * 2 + ["cut", "emptied", "removed"])
        name = rnd.choice(all_files[what])
        shutil.rmtree(folder)
        shutil.copytree(original, folder)
        done = damage(os.path.join(folder, name), kind, rnd)
        if done is None:
            table[what, kind]["changed nothing"] += 1
            continue
        label = f"--seed {o.seed} turn {turn}: {name} {kind} ({done})"
        if o.verbose:
            print(label, flush=True)
        verified = teled.telectl("segments", "verify", folder)
        os.truncate(os.path.join(teled.folder, "log"), 0)
        try:
            teled.start()
        except SystemExit as error:
            c.check(f"{label}: it starts", False, error)
            teled.process.kill()
            continue
        after, wrong = load.read(teled, 1, load.next)
        ready = teled.get("/ready")[1].decode()
        metrics = teled.get("/metrics")[1].decode()
        log = teled.tail()
        torn = gauge(metrics, "teled_wal_torn_bytes")
        places = gauge(metrics, "teled_damaged_places") + gauge(metrics, "teled_wal_broken_places")
        # A query may say that it could not read everything; what it gives is right all the same.
        c.check(f"{label}: no wrong row", not wrong, wrong[:3])
        gone, twice = lost(load, before, after)
        c.equal(f"{label}: rows that are there twice", twice, 0)
        if what in load.signals:
            c.check(f"{label}: other signals lose nothing", set(gone) <= {what}, gone)
        if what == "manifest":
            c.check(f"{label}: one copy of the manifest is enough", not gone, gone)
        if sum(gone.values()):
            share = sum(gone.values()) / sum(whole[s] for s in gone)
            most[what, kind] = max(most[what, kind], share)
            named = places > 0 and ready != "ready\n" and '"level":"error"' in log
            is_tail = what == "wal" and torn > 0
            table[what, kind]["lost rows, named" if named else "lost the log's end, told as torn bytes" if is_tail else "lost rows, NOT named"] += 1
            # Nothing else on the disk says that a whole log file was there.
            is_traceless = what == "wal" and kind in ("removed", "emptied")
            c.check(f"{label}: the loss of {dict(gone)} is named", named or is_tail or is_traceless, f"ready: {ready!r}; damaged {places}, torn {torn}; log: {log[-600:]}")
        else:
            table[what, kind]["nothing lost, named" if ready != "ready\n" else "nothing lost"] += 1
        if what in load.signals and (gone or ready != "ready\n"):
            c.equal(f"{label}: telectl segments verify", verified[0], 1)
        elif what in load.signals:
            table[what, kind][SEEN] += verified[0] == 1
        teled.kill()
    print(f"{'damaged':10}{'how':16}{'times':>6}  what came of it (largest share of the signal's rows lost)")
    for (what, kind), outcomes in sorted(table.items()):
        print(f"{what:10}{kind:16}{sum(n for k, n in outcomes.items() if not k.startswith(SEEN)):6}  " + ", ".join(f"{n} {k}" for k, n in outcomes.most_common())
              + (f" ({most[what, kind]:.1%})" if most[what, kind] else ""))
    shutil.rmtree(teled.folder, ignore_errors=True)
    shutil.rmtree(root, ignore_errors=True)
    c.finish()


def gauge(text, name):
    """All series of the name together."""
    return sum(float(value) for value in re.findall(rf"^{name}(?:{{.*}})? (\S+)$", text, re.M))


# ---- a full disk


def grpc_export(teled, load, signal):
    """One Export call by curl: (grpc-status, whether its details hold a RetryInfo)."""
    body = load.body(signal, load.claim(signal))
    service = {"logs": "logs.v1.LogsService", "traces": "trace.v1.TraceService", "metrics": "metrics.v1.MetricsService"}[signal]
    path = os.path.join(teled.folder, "call")
    with open(path, "wb") as f:
        f.write(b"\0" + struct.pack(">I", len(body)) + body)
    done = subprocess.run(["curl", "-s", "-m", "20", "-D", "-", "-o", "/dev/null", "--http2-prior-knowledge", "-H", "content-type: application/grpc", "-H", "te: trailers",
                           "--data-binary", "@" + path, f"http://127.0.0.1:{teled.grpc}/opentelemetry.proto.collector.{service}/Export"], capture_output=True, text=True)
    fields = dict(line.split(": ", 1) for line in done.stdout.splitlines() if ": " in line)
    details = fields.get("grpc-status-details-bin", "")
    return fields.get("grpc-status"), b"google.rpc.RetryInfo" in base64.b64decode(details + "=" * (-len(details) % 4))


def fill(path):
    """Takes all space that is left."""
    with open(path, "ab", buffering=0) as f:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    f.write(bytes(size))
            except OSError:
                pass


def full(o):
    c = Checks()
    mounted = tempfile.mkdtemp(prefix="tele-full-")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", mounted], capture_output=True).returncode != 0:
        print("skipped: this machine or user can't mount a tmpfs")
        os.rmdir(mounted)
        return
    ballast, more = os.path.join(mounted, "ballast"), os.path.join(mounted, "more")
    teled = None
    try:
        with open(ballast, "wb") as f:
            f.write(bytes(40 << 20))
        teled = Teled(o.bin, SMALL % ("512KiB", 4), data=os.path.join(mounted, "data"))
        load = Load(padding=400)
        connection = http.client.HTTPConnection("127.0.0.1", teled.http, timeout=20)
        refusals = 0

        def one_of_each():
            return [load.send(connection, s) for s in load.signals]

        def until_full(name):
            nonlocal refusals
            end = time.monotonic() + 120
            while time.monotonic() < end:
                answers = one_of_each()
                statuses = {a[0] for a in answers}
                c.check(f"{name}: answers are 200 or 503", statuses <= {200, 503}, statuses)
                if statuses == {503}:
                    refusals += 1
                    c.check(f"{name}: Retry-After", all(0 < int(a[1].get("Retry-After", 0)) <= 5 for a in answers), [a[1].get("Retry-After") for a in answers])
                    return
            c.check(f"{name}: the disk fills", False)

        def back(name):
            """Seconds until all three signals are taken again."""
            begun = time.monotonic()
            while time.monotonic() < begun + 30:
                if {a[0] for a in one_of_each()} == {200}:
                    seconds = time.monotonic() - begun
                    c.check(f"{name}: ingest goes on within 5 s", seconds < 5, seconds)
                    return seconds
                time.sleep(0.1)
            c.check(f"{name}: ingest goes on", False, teled.get("/ready")[1])

        def all_there(name):
            with load.lock:
                load.looked = 1
                load.settled = {s: set() for s in load.signals}
            wrong = load.settle(teled)
            c.check(f"{name}: all that was acknowledged is there once", not wrong, wrong[:4])

        until_full("filled by ingest")
        for s in load.signals:
            c.equal(f"gRPC {s} on the full disk", grpc_export(teled, load, s), ("14", True))
        c.check("/ready says so", b"full" in teled.get("/ready")[1], teled.get("/ready")[1])
        c.equal("the metric says so", gauge(teled.get("/metrics")[1].decode(), "teled_disk_full"), 1)
        all_there("reads on the full disk")
        fill(more)
        until_full("not a byte left")
        all_there("reads with not a byte left")
        os.remove(more)
        os.truncate(ballast, 20 << 20)
        print(f"ingest went on {back('space back'):.2f} s after space came back")
        time.sleep(0.3)
        end = time.monotonic() + 5
        while teled.get("/ready")[1] != b"ready\n" and time.monotonic() < end:
            time.sleep(0.1)
        c.equal("/ready forgets it", teled.get("/ready")[1], b"ready\n")
        until_full("filled again")
        fill(more)
        teled.kill()
        begun = time.monotonic()
        teled.start()
        print(f"ready {time.monotonic() - begun:.2f} s after a start with 0 bytes free")
        connection = http.client.HTTPConnection("127.0.0.1", teled.http, timeout=20)
        all_there("a start with 0 bytes free")
        until_full("after that start")
        os.remove(more)
        os.remove(ballast)
        print(f"ingest went on {back('space back after the start'):.2f} s after space came back")
        for _ in range(10):
            one_of_each()
        teled.kill()
        teled.start()
        all_there("kill -9 later")
        c.equal("a clean stop", teled.stop(remove=False), 0)
        print("acknowledged requests: " + ", ".join(f"{len(load.acknowledged[s])} {s}" for s in load.signals))
        shutil.rmtree(teled.folder, ignore_errors=True)
        teled = None
    finally:
        if teled:
            teled.process.kill()
            teled.process.wait()
        subprocess.run(["umount", "-l", mounted])
        os.rmdir(mounted)
    c.finish()


# ---- memory


class Watch(threading.Thread):
    """Samples a process' resident memory; the kernel's own peak is read at the end."""

    def __init__(self, pid, every=0.05):
        super().__init__(daemon=True)
        self.pid, self.every, self.series, self.stopped = pid, every, [], threading.Event()
        self.start()

    def value(self, key):
        with open(f"/proc/{self.pid}/status") as f:
            for line in f:
                if line.startswith(key):
                    return int(line.split()[1]) / 1024
        return 0

    def run(self):
        begun = time.monotonic()
        while not self.stopped.wait(self.every):
            try:
                self.series.append((time.monotonic() - begun, self.value("VmRSS")))
            except OSError:
                return

    def cpu(self):
        with open(f"/proc/{self.pid}/stat") as f:
            fields = f.read().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def finish(self):
        self.stopped.set()
        self.join()
        return self.value("VmHWM")

    def print(self, points=20):
        step = max(1, len(self.series) // points)
        print("RSS MB by second: " + " ".join(f"{at:.0f}:{mb:.0f}" for at, mb in self.series[::step]))


FLOOD = field(1, field(1, attribute("service.name", "flood")))
MARK = b"\xa5\x5aMARKER\xa5\x5aMARK\xa5\x5a"  # 16 bytes, in place of a request's trace id
RECORDS = {"logs": 4000, "traces": 2500, "metrics": 20000}


def big_body(signal, n):
    """A body of about a megabyte."""
    rnd, now = random.Random(n), time.time_ns()
    out = []
    if signal == "logs":
        for i in range(RECORDS[signal]):
            text = f"flood {n:06d}-{i:05d} {rnd.getrandbits(512):0128x} took {rnd.randrange(1000)} ms"
            out.append(field(2, b"\x09" + struct.pack("<Q", now + i) + field(5, field(1, text.encode())) + field(6, attribute("user", f"{rnd.getrandbits(40):x}"))))
    elif signal == "traces":
        for i in range(RECORDS[signal]):
            out.append(field(2, field(1, MARK) + field(2, struct.pack(">Q", i + 1)) + field(5, f"op-{i % 50}".encode()) + b"\x39" + struct.pack("<Q", now + i) + b"\x41"
                             + struct.pack("<Q", now + i + 1000) + b"".join(field(9, attribute(f"key.{k}", f"{rnd.getrandbits(100):x}")) for k in range(8))))
    else:
        points = b"".join(field(1, field(7, attribute("worker", f"{n}-{i % 2000}")) + b"\x19" + struct.pack("<Q", now + i // 2000 * 10**6) + b"\x21" + struct.pack("<d", rnd.random()))
                          for i in range(RECORDS[signal]))
        out.append(field(2, field(1, b"flood_value") + field(5, points)))
    return field(1, FLOOD + field(2, b"".join(out)))


def sender(port, number, connections, seconds, results):
    """A process of its own: threads that send as fast as they are answered; puts (signal, status) counts."""
    counts, lock = collections.Counter(), threading.Lock()
    bodies = {s: [big_body(s, number * 100 + i) for i in range(4)] for s in RECORDS}
    packed = {s: [gzip.compress(b, 1) for b in bodies[s]] for s in ("logs", "metrics")}
    ids = iter(range(number << 40, 1 << 60))
    headers = {"Content-Type": "application/x-protobuf"}
    end = time.monotonic() + seconds

    def work(i):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        turn = i
        while time.monotonic() < end:
            turn += 1
            signal = ("logs", "logs", "traces", "metrics")[turn % 4]
            is_packed = turn % 3 == 0 and signal in packed
            body = (packed if is_packed else bodies)[signal][turn % 4]
            if signal == "traces":
                with lock:
                    body = body.replace(MARK, struct.pack(">QQ", 7, next(ids) + 1))
            try:
                connection.request("POST", "/v1/" + signal, body, {**headers, "Content-Encoding": "gzip"} if is_packed else headers)
                answer = connection.getresponse()
                answer.read()
                status = answer.status
                if status == 503 and i % 2:
                    time.sleep(0.02)
            except (OSError, http.client.HTTPException):
                status = "broken"
                connection.close()
            with lock:
                counts[signal, status] += 1

    threads = [threading.Thread(target=work, args=(i,)) for i in range(connections)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    results.put(counts)


def bomb(gibibytes=1):
    """A gzip body that unpacks to that much, about 1,000 times its size."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = bytes(1 << 20)
    return b"".join([packer.compress(block) for _ in range(gibibytes << 10)] + [packer.flush()])


def flood(o):
    c = Checks()
    limit = 512
    # No key for memory: the default has to fit a machine part of 512 MB as well as a key of half of it.
    for memory in o.memories.split(","):
        teled = Teled(o.bin, f"memory: {memory}\n")
        rest = Watch(teled.process.pid).value("VmRSS")
        watch = Watch(teled.process.pid)
        payload = bomb()
        for path in ("/v1/logs", "/v1/traces", "/v1/metrics", "/loki/api/v1/push"):
            for headers in ({"Content-Encoding": "gzip"}, {"Content-Encoding": "gzip", "Content-Type": "application/json"}):
                status = teled.request(path, payload, {"Content-Type": "application/x-protobuf", **headers})[0]
                c.equal(f"memory {memory}: a bomb of {len(payload)} bytes to {path}", status, 413)
        forged = payload[:-4] + struct.pack("<I", 1 << 16)
        status = teled.request("/v1/logs", forged, {"Content-Type": "application/x-protobuf", "Content-Encoding": "gzip"})[0]
        c.check(f"memory {memory}: a bomb that lies about its size", status in (400, 413), status)
        bombed = watch.value("VmHWM")
        results = multiprocessing.Queue()
        processes = [multiprocessing.Process(target=sender, args=(teled.http, n, o.connections // 3, o.seconds, results)) for n in range(1, 4)]
        [p.start() for p in processes]
        worst, line = 0, ""
        while any(p.is_alive() for p in processes) and results.empty():
            time.sleep(0.2)
            now = watch.value("VmRSS")
            if now > worst:
                worst, text = now, teled.get("/metrics")[1].decode()
                line = ", ".join(f"{n} {sum(float(v) for v in re.findall(rf'^{m}(?:{{.*}})? ([0-9.e+]+)$', text, re.M)) / 1e6:.0f}" for n, m in (
                    ("head", "teled_head_bytes"), ("all holders", "teled_memory_used_bytes"), ("queued", "teled_wal_queued_bytes")))
        counts = sum((results.get() for _ in processes), collections.Counter())
        [p.join() for p in processes]
        cpu = watch.cpu()
        time.sleep(5)
        after = watch.value("VmRSS")
        peak = watch.finish()
        print(f"memory {memory}, {o.connections} connections, {o.seconds} s: at rest {rest:.0f} MB, after the bombs {bombed:.0f} MB, peak {peak:.0f} MB (MB then: {line}), "
              f"5 s after {after:.0f} MB; CPU {cpu:.1f} s; answers " + ", ".join(f"{k[0]} {k[1]}: {v}" for k, v in sorted(counts.items(), key=str)), flush=True)
        watch.print()
        budget = int(memory[:-3]) * 1.048576
        c.check(f"memory {memory}: RSS stays under {limit} MB", peak < limit, peak)
        c.check(f"memory {memory}: RSS stays under the budget and {o.constant} MB", peak < budget + o.constant, peak)
        c.check(f"memory {memory}: some was taken of each signal", all(counts[s, 200] for s in RECORDS), counts)
        broken = {s: counts[s, "broken"] * RECORDS[s] for s in RECORDS}
        for text in ("query", "after kill -9"):
            for signal, path, query in (("logs", "/loki/api/v1/query", {"query": 'sum(count_over_time({service_name="flood"}[1h]))'}),
                                        ("traces", "/tempo/api/metrics/query", {"q": "{ } | count_over_time()", "start": int(time.time()) - 3600, "end": int(time.time()) + 60})):
                status, body, _ = teled.get(path, **query)
                counted = -1
                if status == 200:
                    answer = json.loads(body)
                    counted = int(float(answer["data"]["result"][0]["value"][1]) if signal == "logs" else sum(float(s["value"]) for s in answer["series"]))
                sent = counts[signal, 200] * RECORDS[signal]
                c.check(f"memory {memory}: {text}: all {signal} that were acknowledged are there once", sent <= counted <= sent + broken[signal], f"{counted} records, acknowledged {sent}: {body[:200]}")
            if text == "query":
                teled.kill()
                teled.start()
        c.check(f"memory {memory}: stops in time", teled.stop() == 0)
    c.finish()


def steady(o):
    """A pace that it can keep: 50 requests a second of each signal, and a query a second."""
    c = Checks()
    teled = Teled(o.bin, f"memory: {o.memory}\nstorage: {{seal_age: 20s}}\n")
    load = Load(padding=200)
    watch = Watch(teled.process.pid, every=1)
    end = time.monotonic() + o.seconds
    connection = http.client.HTTPConnection("127.0.0.1", teled.http, timeout=60)
    turn = 0
    while time.monotonic() < end:
        begun = time.monotonic()
        for signal in load.signals:
            load.send(connection, signal)
        turn += 1
        if turn % 20 == 0:
            teled.get("/loki/api/v1/query_range", query='{service_name="crash"} |= "queue"', start=load.begin, end=time.time_ns() + 10**9, limit=100)
            teled.get("/api/v1/query", query="sum(crash_value)")
            teled.get("/tempo/api/search", q='{ name = "op-1-1" }', limit=20)
        time.sleep(max(0, 1 / o.rate - (time.monotonic() - begun)))
    cpu = watch.cpu()
    peak = watch.finish()
    values = [mb for _, mb in watch.series]
    third = len(values) // 3
    early, late = max(values[third:2 * third]), max(values[2 * third:])
    print(f"memory {o.memory}, {o.seconds} s, {turn} requests of each signal, CPU {cpu:.1f} s: peak {peak:.0f} MB, highest of the middle third {early:.0f} MB, of the last third {late:.0f} MB; "
          f"refused {load.refused}")
    watch.print(40)
    c.check("the last third is no higher than the middle one and a tenth", late <= early * 1.1 + 5, f"{early} {late}")
    teled.stop()
    c.finish()


def start(o):
    """Time to ready and peak RSS: a folder with the three payloads `repeat` times, then with a full log."""
    c = Checks()
    teled = Teled(o.bin, f"memory: {o.memory}\n")
    for name, path in (("logs", "/v1/logs"), ("traces", "/v1/traces"), ("metrics", "/v1/metrics")):
        if o.repeat:
            send(teled, os.path.join(o.payloads, name + ".bin"), path, o.repeat)
    teled.process.terminate()
    teled.process.wait()
    measure(teled, "after an orderly stop", c)
    teled.kill()
    # A full log: nothing is sealed until it is so long.
    wal = os.path.join(teled.data, "wal")
    path = teled.arguments[teled.arguments.index("--config") + 1]
    with open(path, "w") as f:
        f.write("memory: 4GiB\nstorage: {seal_bytes: 4GiB, seal_age: 10h, wal_bytes: 4GiB}\n")
    teled.start()
    for name, to in (("logs", "/v1/logs"), ("traces", "/v1/traces"), ("metrics", "/v1/metrics")):
        send(teled, os.path.join(o.payloads, name + ".bin"), to, 1, most=o.wal // 3)
    teled.kill()
    with open(path, "w") as f:
        f.write(f"memory: {o.memory}\n")
    size = sum(os.path.getsize(os.path.join(wal, n)) for n in os.listdir(wal))
    measure(teled, f"with {size / 1e6:.0f} MB of log", c)
    teled.stop()
    c.finish()


def send(teled, path, to, times, most=10**12):
    for _ in range(times):
        sent = 0
        connection = http.client.HTTPConnection("127.0.0.1", teled.http, timeout=120)
        with open(path, "rb") as f:
            while (head := f.read(4)) and sent < most:
                body = f.read(struct.unpack("<I", head)[0])
                sent += len(body)
                while True:
                    connection.request("POST", to, body, {"Content-Type": "application/x-protobuf"})
                    answer = connection.getresponse()
                    answer.read()
                    if answer.status == 200:
                        break
                    time.sleep(0.1)


def measure(teled, name, c):
    total = sum(os.path.getsize(os.path.join(r, n)) for r, _, names in os.walk(teled.data) for n in names)
    count = sum(len(names) for _, _, names in os.walk(teled.data))
    begun = time.monotonic()
    teled.launch()
    while not teled.is_ready() and teled.process.poll() is None:
        time.sleep(0.01)
    seconds = time.monotonic() - begun
    watch = Watch(teled.process.pid)
    cpu = watch.cpu()
    peak = watch.finish()
    c.check(f"{name}: it starts", teled.process.poll() is None, teled.tail())
    print(f"{name}: {count} files, {total / 1e6:.0f} MB: ready in {seconds:.2f} s ({cpu:.2f} s of CPU), peak RSS {peak:.0f} MB", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["bits", "full", "flood", "steady", "start"])
    parser.add_argument("--bin", required=True)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=int)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--constant", type=int, default=128, help="MB beside the budget that flood allows")
    parser.add_argument("--memories", default="64MiB,256MiB", help="flood: what memory to configure, in MiB")
    parser.add_argument("--memory", default="256MiB")
    parser.add_argument("--rate", type=float, default=20, help="steady: requests of each signal a second")
    parser.add_argument("--payloads", default="/tmp/bench")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--wal", type=int, default=500 << 20)
    parser.add_argument("--verbose", action="store_true")
    o = parser.parse_args()
    if o.seconds is None:
        o.seconds = 600 if o.what == "steady" else 20
    {"bits": bits, "full": full, "flood": flood, "steady": steady, "start": start}[o.what](o)


main()
