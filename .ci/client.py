#!/usr/bin/env python3
"""TeleClient in processes of its own (`telebench client service`) against a real teled, seen from outside: what is made
arrives, over HTTP and gRPC; what is spilled survives kill -9; levels, breakers, redaction, crash reports.

  client.py --bin DIR                needs a build with --traits GRPC
  client.py --bin DIR --consumer     besides: a package that depends on TeleClient builds only what it needs (minutes)
"""
import argparse, json, os, re, shutil, subprocess, tempfile, time
from server import Checks, Teled

# What a service that adds TeleClient, without the trait GRPC, must not have to build.
FOREIGN = ["Hummingbird", "HummingbirdCore", "NIOHTTP2", "NIOHPACK", "AsyncHTTPClient", "NIOWebSocket", "SwiftProtobuf", "Yams", "ArgumentParser", "Crypto", "X509",
           "TeleServer", "TeleStore", "TeleQuery", "TeleQL", "TeleAlert", "TeleAPI", "TeleTerm", "TelePages", "TeleDisk", "TeleEngine"]
HELLO = """import Logging
import TeleClient
let tele = try Tele.bootstrap(serviceName: "consumer")
Logger(label: "consumer").info("hello")
print(await tele.shutdown(deadline: .seconds(5)))
"""


def service(binary, url, seconds, *arguments, protocol="http/protobuf", **environment):
    environment = {**os.environ, "OTEL_METRIC_EXPORT_INTERVAL": "500", "OTEL_EXPORTER_OTLP_PROTOCOL": protocol, **environment}
    command = [os.path.join(binary, "telebench"), "client", "service", "--endpoint", url, "--seconds", str(seconds), *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def books(process):
    """{signal: {word: number}} of what it prints at its end."""
    try:
        out, err = process.communicate(timeout=120)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
    return {line.split()[0]: {k: int(v) for k, v in re.findall(r"(\w+) (\d+)", line)} for line in out.splitlines() if " made " in line}, out + err


def lines(teled, expression='{service_name="worker"}'):
    """[(nanoseconds, line, labels)], oldest first."""
    status, body, _ = teled.get("/loki/api/v1/query_range", query=expression, limit=5000, direction="forward", start=int((time.time() - 3600) * 1e9), end=int((time.time() + 60) * 1e9))
    found = [(int(v[0]), v[1], s["stream"]) for s in json.loads(body)["data"]["result"] for v in s["values"]] if status == 200 else []
    return sorted(found, key=lambda one: one[0])


def turns(found):
    return [int(line.split()[1]) for _, line, _ in found if line.startswith("turn ")]


def arrives(checks, binary):
    for protocol in ("http/protobuf", "grpc"):
        teled = Teled(binary)
        url = teled.url if protocol != "grpc" else f"http://127.0.0.1:{teled.grpc}"
        counted, text = books(service(binary, url, 1, protocol=protocol))
        checks.check(f"{protocol}: complete", "complete true" in text and "ignored" not in text, text)
        for signal, b in counted.items():
            checks.check(f"{protocol}: {signal} add up", b["made"] == b["sent"] > 0 and b["dropped"] == b["waiting"] == 0, b)
        found = lines(teled)
        checks.equal(f"{protocol}: every line, once, in order", turns(found), list(range(20)))
        checks.check(f"{protocol}: lines know their trace", len({s.get("trace_id") for _, _, s in found} - {None}) == 20, found[:2])
        everything = json.dumps(found)
        checks.check(f"{protocol}: a sensitive value stays here", "hunter2" not in everything and "ann" in everything, everything)
        code, out, err = teled.telectl("breakers")
        checks.check(f"{protocol}: telectl breakers", code == 0 and re.search(r"card-network.*open", out), out + err)
        teled.stop()


def spilled(checks, binary):
    teled = Teled(binary, starts=False)
    folder = tempfile.mkdtemp(prefix="tele-ci-")
    first = service(binary, teled.url, 60, "--spill", folder)
    time.sleep(4)
    first.kill()
    first.communicate()
    files = [os.path.join(d, f) for d, _, names in os.walk(folder) for f in names]
    checks.check("batches wait in files", any(os.path.getsize(f) for f in files), files)
    teled.start()
    counted, text = books(service(binary, teled.url, 1, "--spill", folder))
    logs = counted.get("logs", {})
    checks.check("the next start finds them", logs.get("recovered", 0) > 0 and logs["made"] + logs["recovered"] == logs["sent"], text)
    found = turns(lines(teled))
    before = found[: len(found) - 20]
    checks.equal("of the killed one every line up to the last batch, once", before, list(range(len(before))))
    checks.equal("as many as were found", len(before), logs.get("recovered"))
    teled.stop()
    shutil.rmtree(folder, ignore_errors=True)


def levels(checks, binary):
    teled = Teled(binary)
    running = service(binary, teled.url, 9)
    time.sleep(1.5)
    code, out, err = teled.telectl("loglevel", "worker", "worker.loop", "debug", "--for", "3s")
    asked = time.time_ns()
    checks.equal("telectl loglevel", (code, err), (0, ""))
    counted, text = books(running)
    found = lines(teled)
    details = [at for at, line, _ in found if line.startswith("detail")]
    checks.check("debug lines come", len(details) > 10, f"{len(details)} of {len(found)}: {text}")
    checks.check("and end by themselves", details and details[0] > asked - 2e9 and details[-1] < asked + 5e9 and found[-1][0] > details[-1] + 1e9, details[-1:])
    teled.stop()


def crash(checks, binary):
    teled = Teled(binary)
    folder = tempfile.mkdtemp(prefix="tele-ci-")
    setting = f"enable=yes,format=json,output-to={folder}/,symbolicate=fast,interactive=no,color=no"
    first = service(binary, teled.url, 1, "--crash", SWIFT_BACKTRACE=setting)
    books(first)
    reports = os.listdir(folder)
    checks.check("the runtime wrote a report", any(name.endswith(".json") for name in reports), reports)
    _, text = books(service(binary, teled.url, 1, SWIFT_BACKTRACE=setting))
    events = [one for one in lines(teled) if not re.match(r"turn|detail", one[1])]
    checks.equal("one event", len(events), 1)
    if events:
        labels = events[0][2]
        checks.check("it is fatal", labels.get("detected_level") in ("critical", "fatal"), events)
        trace = labels.get("trace_id", "")
        checks.check("it names a trace", re.fullmatch("[0-9a-f]{32}", trace) is not None, labels)
    checks.check("it is sent once", all(not name.endswith(".json") for name in os.listdir(folder)), os.listdir(folder))
    teled.stop()
    shutil.rmtree(folder, ignore_errors=True)


def consumer(checks, binary):
    teled = Teled(binary)
    folder = tempfile.mkdtemp(prefix="tele-ci-")
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    os.makedirs(f"{folder}/Sources/hello")
    os.symlink(root, f"{folder}/tele")
    with open(f"{folder}/Package.swift", "w") as f:
        f.write("""// swift-tools-version: 6.2
import PackageDescription
let package = Package(name: "hello", platforms: [.macOS(.v15)], dependencies: [.package(path: "tele"), .package(url: "https://github.com/apple/swift-log", from: "1.12.0")],
    targets: [.executableTarget(name: "hello", dependencies: [.product(name: "TeleClient", package: "tele"), .product(name: "Logging", package: "swift-log")])])
""")
    with open(f"{folder}/Sources/hello/main.swift", "w") as f:
        f.write(HELLO)
    done = subprocess.run(["swift", "build", "--package-path", folder], capture_output=True, text=True)
    checks.check("a consumer builds", done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:])
    # SwiftPM makes a folder for every target that it knows; what was built has objects in it.
    folders = [name for name in os.listdir(f"{folder}/.build/debug") if name.endswith(".build")]
    built = {name.removesuffix(".build") for name in folders if any(f.endswith(".o") for _, _, files in os.walk(f"{folder}/.build/debug/{name}") for f in files)}
    print("a service with TeleClient builds:", *sorted(built))
    checks.equal("and nothing of the server", [name for name in FOREIGN if name in built], [])
    done = subprocess.run([f"{folder}/.build/debug/hello"], env={**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": teled.url}, capture_output=True, text=True)
    checks.check("it sends", done.stdout.strip() == "true" and lines(teled, '{service_name="consumer"}'), done.stdout + done.stderr)
    teled.stop()
    shutil.rmtree(folder, ignore_errors=True)


parser = argparse.ArgumentParser()
parser.add_argument("--bin", required=True)
parser.add_argument("--consumer", action="store_true")
parser.add_argument("--only")
options = parser.parse_args()
checks = Checks()
for part in (arrives, spilled, levels, crash) + ((consumer,) if options.consumer else ()):
    if options.only in (None, part.__name__):
        part(checks, options.bin)
checks.finish()
