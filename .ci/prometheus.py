#!/usr/bin/env python3
"""Debian's prometheus remote-writes to a teled; both are asked the same and have to answer the same. promtool asks teled.
prometheus.py --bin .build/debug [--seconds 40]"""
import argparse, math, os, shutil, subprocess, tempfile, time
from server import Checks, Teled, ask, free_port

SCRAPE = 2  # seconds
CONFIG = """
global: {{scrape_interval: {scrape}s, external_labels: {{}}}}
scrape_configs:
- job_name: prometheus
  static_configs: [{{targets: ["127.0.0.1:{own}"]}}]
- job_name: teled
  static_configs: [{{targets: ["127.0.0.1:{teled}"]}}]
remote_write:
- url: http://127.0.0.1:{teled}/api/v1/write
  send_exemplars: true
  queue_config: {{batch_send_deadline: 500ms, min_backoff: 100ms}}
  metadata_config: {{send_interval: 5s}}
"""

# 2.42 extrapolates rates of counters that begin within the window otherwise: every window of these lies well after the start.
# 2.42 has range selectors closed on the left: windows whose edges fall on no sample mean the same to both.
INSTANT = [
    "up", "prometheus_http_requests_total", "sum by (job) (up)", "count({__name__=~'.+'})", "count by (job) ({__name__!=''})",
    "rate(prometheus_tsdb_head_samples_appended_total[9s])", "sum by (handler) (rate(prometheus_http_requests_total[9s]))",
    "histogram_quantile(0.9, sum by (le) (rate(prometheus_http_request_duration_seconds_bucket[9s])))",
    "topk(3, prometheus_http_requests_total)", "quantile(0.5, scrape_duration_seconds)", "absent(nothing_at_all)",
    "process_resident_memory_bytes{job='teled'} > 1e6", "go_gc_duration_seconds", "scrape_samples_scraped offset 4s",
    "max_over_time(go_goroutines[11s])", "avg_over_time(go_goroutines[15s:3s])", "deriv(process_resident_memory_bytes[9s])",
    "predict_linear(go_memstats_alloc_bytes[9s], 60)", "changes(go_goroutines[9s])", "resets(go_goroutines[9s])",
    "label_replace(up, 'host', '$1', 'instance', '(.*):.*')", "label_join(up, 'both', '-', 'job', 'instance')",
    "up * on (job, instance) group_left (version) prometheus_build_info", "up and on (job) (scrape_duration_seconds < 5)",
    "up or vector(7)", "up unless on (job) up{job='teled'}", "-up + 2 ^ 3 % 5", "sort_desc(scrape_samples_scraped)", "stddev by (job) (scrape_samples_scraped)",
    "quantile_over_time(0.3, go_goroutines[9s])", "holt_winters(go_memstats_alloc_bytes[9s], 0.3, 0.4)", "irate(process_cpu_seconds_total[9s])",
    "increase(teled_ingest_records_total[9s])", "bottomk(2, go_memstats_heap_objects)", "count_values('v', up)", "scalar(sum(up)) * 2",
    "time() - timestamp(up)", "'text'", "clamp(go_goroutines, 2, 9)", "round(go_memstats_alloc_bytes, 1000)", "day_of_week()", "1 / 0",
    "{__name__=~'prometheus_(build_info|ready)'}", "sum without (instance) (up)", "group(up)", "last_over_time(up[11s])", "present_over_time(up[11s])",
]
RANGE = [query for query in INSTANT if not query.startswith(("'", "sort"))]


class Prometheus:
    def __init__(self, teled):
        self.teled = teled.url
        self.folder = tempfile.mkdtemp(prefix="tele-ci-prometheus-")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        config = os.path.join(self.folder, "prometheus.yml")
        with open(config, "w") as f:
            f.write(CONFIG.format(scrape=SCRAPE, own=self.port, teled=teled.http))
        self.log = open(os.path.join(self.folder, "log"), "wb")
        self.process = subprocess.Popen(["prometheus", f"--config.file={config}", f"--storage.tsdb.path={self.folder}/data", f"--web.listen-address=127.0.0.1:{self.port}"],
                                        stdout=self.log, stderr=self.log)

    def wait(self):
        """Until both are scraped and what was scraped has arrived."""
        for _ in range(300):
            try:
                if ask(self.teled, "/api/v1/query", query="count(up == 1)")["data"]["result"][0]["value"][1] == "2":
                    return
            except (OSError, LookupError):
                pass
            time.sleep(0.1)
        with open(os.path.join(self.folder, "log"), errors="replace") as f:
            raise SystemExit(f"nothing was remote-written within 30 s:\n{f.read()[-3000:]}")

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def same(a, b):
    x, y = float(a), float(b)
    return a == b or (math.isnan(x) and math.isnan(y)) or math.isclose(x, y, rel_tol=1e-12, abs_tol=0)


def points(row):
    return row.get("values", []) or [row["value"]]


def difference(ours, theirs):
    """None where two answers are the same; rows in any order."""
    if ours.get("status") != "success" or theirs.get("status") != "success":
        return f"ours {str(ours)[:300]}, theirs {str(theirs)[:300]}"
    ours, theirs = ours["data"], theirs["data"]
    if ours["resultType"] != theirs["resultType"]:
        return f"{ours['resultType']} and {theirs['resultType']}"
    if ours["resultType"] in ("scalar", "string"):
        a, b = ours["result"], theirs["result"]
        return None if a[0] == b[0] and (a[1] == b[1] or same(a[1], b[1])) else f"{a} and {b}"
    rows = [{tuple(sorted(row["metric"].items())): points(row) for row in answer["result"]} for answer in (ours, theirs)]
    if rows[0].keys() != rows[1].keys():
        return f"only ours {list(rows[0].keys() - rows[1].keys())[:3]}, only theirs {list(rows[1].keys() - rows[0].keys())[:3]}"
    for labels, mine in rows[0].items():
        other = rows[1][labels]
        if len(mine) != len(other):
            return f"{labels}: {len(mine)} and {len(other)} points"
        for a, b in zip(mine, other):
            if a[0] != b[0] or not same(a[1], b[1]):
                return f"{labels}: {a} and {b}"
    return None


def between_samples(prometheus, seconds):
    """A time, some seconds ago, on a grid on which no sample of either job falls (nor do ends of whole-second windows)."""
    now = time.time()
    offsets = set()
    for job in ("prometheus", "teled"):
        answer = ask(prometheus.url, "/api/v1/query", query=f"up{{job='{job}'}}[30s]", time=now)
        offsets |= {round(at * 1000) % 1000 for row in answer["data"]["result"] for at, _ in row["values"]}
    gap = next(offset for offset in range(100, 900) if all(min((offset - o) % 1000, (o - offset) % 1000) > 5 for o in offsets))
    return int(now - seconds) + gap / 1000


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--seconds", type=int, default=26, help="of scraping before the questions")
    options = parser.parse_args()
    c = Checks()
    teled = Teled(options.bin)
    prometheus = None
    try:
        prometheus = Prometheus(teled)
        prometheus.wait()
        time.sleep(options.seconds)
        # What was scraped three seconds ago has been sent.
        end = between_samples(prometheus, 3)
        for query in INSTANT:
            answers = [ask(url, "/api/v1/query", query=query, time=f"{end:.3f}") for url in (teled.url, prometheus.url)]
            c.equal(f"instant {query}", difference(*answers), None)
        for query in RANGE:
            for step in (1, 5):
                arguments = dict(query=query, start=f"{end - 10:.3f}", end=f"{end:.3f}", step=step)
                answers = [ask(url, "/api/v1/query_range", **arguments) for url in (teled.url, prometheus.url)]
                c.equal(f"range {query} step {step}", difference(*answers), None)
        window = dict(start=f"{end - 10:.3f}", end=f"{end:.3f}")
        for path, arguments in [("/api/v1/labels", {}), ("/api/v1/labels", {"match[]": ["up", "go_goroutines"]}), ("/api/v1/label/__name__/values", {}), ("/api/v1/label/job/values", {"match[]": "up"}),
                                ("/api/v1/label/handler/values", {}), ("/api/v1/series", {"match[]": ["up", "{job='teled',__name__=~'teled_queries.*'}"]})]:
            ours, theirs = [ask(url, path, **window, **arguments) for url in (teled.url, prometheus.url)]
            key = str if "series" not in path else lambda labels: str(sorted(labels.items()))
            c.equal(f"{path} {arguments}", sorted(map(key, ours["data"])), sorted(map(key, theirs["data"])))
        ours, theirs = [ask(url, "/api/v1/metadata", metric="prometheus_http_requests_total") for url in (teled.url, prometheus.url)]
        c.equal("metadata", ours["data"], theirs["data"])
        for path, arguments in [("/api/v1/query", {"query": "sum("}), ("/api/v1/query", {"query": "up", "time": "x"}), ("/api/v1/query_range", {"query": "up", "start": 0, "end": 1e6, "step": 1}),
                                ("/api/v1/query_range", {"query": "up[1m]", "start": 0, "end": 10, "step": 1}), ("/api/v1/query_range", {"query": "up", "start": 5, "end": 1, "step": 1}),
                                ("/api/v1/series", {}), ("/api/v1/labels", {"start": "x"}), ("/api/v1/labels", {"start": 5, "end": 1}), ("/api/v1/query_exemplars", {"query": "up", "start": 5, "end": 1}), ("/api/v1/query", {"query": "label_replace(up, 'a', 'b', '(', '')"}),
                                ("/api/v1/query", {"query": "up + on (job) group_left up + on(job) {job=~'.+'}", "time": end})]:
            ours, theirs = [ask(url, path, **arguments) for url in (teled.url, prometheus.url)]
            c.equal(f"error of {path} {arguments}", (ours.get("status"), ours.get("errorType")), (theirs.get("status"), theirs.get("errorType")))
        tools(c, teled, end)
    finally:
        if prometheus:
            prometheus.stop()
        teled.stop()
    c.finish()


def tools(c, teled, end):
    def promtool(*arguments, **more):
        done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, timeout=60, **more)
        return done.returncode, done.stdout + done.stderr

    code, out = promtool("query", "instant", teled.url, "sum by (job) (up)", f"--time={end:.3f}")
    c.check("promtool query instant", code == 0 and '{job="prometheus"} => 1' in out, out)
    code, out = promtool("query", "range", teled.url, "rate(prometheus_tsdb_head_samples_appended_total[10s])", f"--start={end - 10:.3f}", f"--end={end:.3f}", "--step=5s")
    c.check("promtool query range", code == 0 and out.count("@[") >= 3, out)
    code, out = promtool("query", "series", teled.url, "--match=up")
    c.check("promtool query series", code == 0 and out.count("__name__=\"up\"") == 2, out)
    code, out = promtool("query", "labels", teled.url, "job")
    c.equal("promtool query labels", (code, out.split()), (0, ["prometheus", "teled"]))
    code, out = promtool("check", "metrics", input=teled.get("/metrics")[1].decode())
    c.check("promtool check metrics", code == 0 and not out.strip(), out)
    code, out = promtool("push", "metrics", "--help")
    if code == 0:
        code, out = promtool("push", "metrics", teled.url + "/api/v1/write", input="# TYPE pushed gauge\npushed 1\n")
        c.check("promtool push metrics", code == 0, out)


main()
