#!/usr/bin/env python3
"""Loki's API of a teled as its clients use it: tail over a WebSocket (the PyPI package websockets) while lines arrive,
with clients that are slow or never read; the figures of how long a line takes from ingest to a client.

  loki.py --bin .build/debug [--seconds 5] [--rate 2000]        (needs the packages of requirements.txt)
"""
import argparse, asyncio, json, os, socket, statistics, struct, threading, time, urllib.parse
import websockets
from server import Checks, Teled

checks = Checks()


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
    teled = Teled(options.bin)
    for part in [follow(teled), refusals(teled), delay(teled, options.seconds, options.rate), slow(teled), shutdown(teled)]:
        await part
    checks.finish()


asyncio.run(main())
