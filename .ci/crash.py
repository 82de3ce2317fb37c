#!/usr/bin/env python3
"""kill -9 during ingest, over and over: every acknowledged record must be there afterwards, exactly once.

  crash.py --bin .build/release --times 20 [--seed 1]     (needs nothing but Python)
"""
import argparse, json, random, struct, threading, time, http.client
from server import Checks, Teled


def varint(value):
    out = b""
    while value >= 0x80:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def field(number, payload):
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def text_value(key, value):
    return field(1, key.encode()) + field(2, field(1, value.encode()))


RESOURCE = field(1, field(1, text_value("service.name", "crash")))


def logs(names, now):
    records = b"".join(field(2, b"\x09" + struct.pack("<Q", now + i) + field(5, field(1, name.encode()))) for i, name in enumerate(names))
    return field(1, RESOURCE + field(2, records))


def spans(names, now):
    out = b""
    for name in names:
        trace = bytes.fromhex(name.replace("-", "").rjust(32, "1")[-32:])
        span = field(1, trace) + field(2, trace[8:]) + field(5, name.encode()) + b"\x39" + struct.pack("<Q", now) + b"\x41" + struct.pack("<Q", now + 1000)
        out += field(2, span)
    return field(1, RESOURCE + field(2, out))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    o = parser.parse_args()
    rnd = random.Random(o.seed)
    teled = Teled(o.bin)
    c = Checks()
    acknowledged = {"logs": [], "traces": []}
    sent = {"logs": set(), "traces": set()}
    counter = [0]
    begin = time.time_ns()
    lock = threading.Lock()

    def load(signal, stop):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", teled.http, timeout=10)
            while not stop.is_set():
                with lock:
                    counter[0] += 1
                    names = [f"{counter[0]:08x}-{i:04x}" for i in range(50)]
                body = (logs if signal == "logs" else spans)(names, time.time_ns())
                with lock:
                    sent[signal].update(names)
                connection.request("POST", "/v1/" + signal, body, {"Content-Type": "application/x-protobuf"})
                answer = connection.getresponse()
                answer.read()
                if answer.status == 200:
                    with lock:
                        acknowledged[signal] += names
        except (OSError, http.client.HTTPException):
            pass

    for turn in range(o.times):
        stop = threading.Event()
        threads = [threading.Thread(target=load, args=(signal, stop)) for signal in ("logs", "traces") for _ in range(2)]
        [t.start() for t in threads]
        time.sleep(0.05 + rnd.random() * 0.8)
        teled.kill()
        stop.set()
        [t.join() for t in threads]
        teled.start()
    found = []
    end, upto = begin, time.time_ns() + 10**9
    while True:
        status, body, _ = teled.get("/loki/api/v1/query_range", query='{service_name="crash"}', start=end, end=upto, limit=5000, direction="forward")
        lines = [(int(v[0]), v[1]) for s in json.loads(body)["data"]["result"] for v in s["values"]] if status == 200 else []
        c.equal("query", status, 200)
        if not lines or status != 200:
            break
        last = max(at for at, _ in lines)
        # The page may be cut within one nanosecond: take those of the last time in the next page.
        keep = [line for at, line in lines if at < last] if len(lines) >= 5000 else [line for _, line in lines]
        found += keep
        if len(lines) < 5000:
            break
        end = last
    lost = set(acknowledged["logs"]) - set(found)
    c.check(f"of {len(acknowledged['logs'])} acknowledged log records none is lost", not lost, sorted(lost)[:5])
    c.equal("log records there twice", len(found) - len(set(found)), 0)
    c.check("nothing that was never sent", set(found) <= sent["logs"], sorted(set(found) - sent["logs"])[:5])
    names = acknowledged["traces"]
    some = names if len(names) < 3000 else rnd.sample(names, 3000)
    missing = []
    for name in some:
        trace = name.replace("-", "").rjust(32, "1")[-32:]
        status, body, _ = teled.get(f"/api/tele/v1/trace/{trace}")
        if status != 200 or len(json.loads(body)["spans"]) != 1:
            missing.append(name)
    c.check(f"of {len(some)} acknowledged spans none is lost", not missing, missing[:5])
    print(f"killed {o.times} times; acknowledged: {len(acknowledged['logs'])} log records, {len(names)} spans")
    teled.stop()
    c.finish()


main()
