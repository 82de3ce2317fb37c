#!/usr/bin/env python3
"""Debian's promtool and curl ask a teled.   promtool.py --bin .build/debug"""
import argparse, json, subprocess, time
from server import Checks, Teled


def sample_request(now):
    """OTLP/JSON by hand: a counter of three series, two minutes at 15 s."""
    points = [{"attributes": [{"key": "route", "value": {"stringValue": f"/{r}"}}], "asInt": str((r + 1) * step), "timeUnixNano": str((now - 120 + step * 15) * 10**9),
               "startTimeUnixNano": str((now - 600) * 10**9)} for step in range(9) for r in range(3)]
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}, {"key": "service.instance.id", "value": {"stringValue": "1"}}]}
    metric = {"name": "http.requests", "sum": {"isMonotonic": True, "aggregationTemporality": 2, "dataPoints": points}}
    return json.dumps({"resourceMetrics": [{"resource": resource, "scopeMetrics": [{"metrics": [metric]}]}]})


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    teled = Teled(parser.parse_args().bin)
    c = Checks()

    def promtool(*arguments):
        done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout + done.stderr

    try:
        now = int(time.time())
        done = subprocess.run(["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-H", "Content-Type: application/json", "--data-binary", "@-", teled.url + "/v1/metrics"],
                              input=sample_request(now), capture_output=True, text=True, timeout=60)
        c.equal("curl sends samples", done.stdout, "200")
        for path in ("/-/healthy", "/-/ready"):
            done = subprocess.run(["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", teled.url + path], capture_output=True, text=True, timeout=60)
            c.equal(f"curl {path}", done.stdout, "200")
        code, out = promtool("query", "instant", teled.url, "sum by (route) (http_requests_total)")
        c.check("promtool query instant", code == 0 and '{route="/2"} => 24' in out, out)
        code, out = promtool("query", "range", teled.url, "rate(http_requests_total[1m])", "--start", str(now - 60), "--end", str(now), "--step", "15s")
        c.check("promtool query range", code == 0 and 'route="/1"' in out, out)
        code, out = promtool("query", "labels", teled.url, "route")
        c.check("promtool query labels", code == 0 and out.split() == ["/0", "/1", "/2"], out)
        code, out = promtool("query", "series", teled.url, "--match", 'http_requests_total{route=~"/[01]"}')
        c.check("promtool query series", code == 0 and out.count("__name__") == 2, out)
        code, out = promtool("query", "instant", teled.url, "sum(")
        c.check("promtool sees a parse error", code != 0 and "parse error" in out, out)
    finally:
        teled.stop()
    c.finish()


main()
