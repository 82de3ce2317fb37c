"""The web pages in Debian's chromium against the demo's data: every view opened and clicked through, no complaint on
the console, a name for every control, nothing wider than a telephone, a span named <script> that stays a name.

pages.py --bin FOLDER [--shots /tmp/tele-pages] [--figures]: --figures prints times with 10,000 spans and 100,000 lines."""
import argparse, json, os, time, urllib.parse

from browser import Browser
from server import Checks, Teled

parser = argparse.ArgumentParser()
parser.add_argument("--bin", required=True)
parser.add_argument("--shots", default="/tmp/tele-pages")
parser.add_argument("--figures", action="store_true")
options = parser.parse_args()
os.makedirs(options.shots, exist_ok=True)

HOSTILE = "<script>window.hacked=1</script>"
IMAGE = "<img src=x onerror=window.hacked=1>"
BIG, EVIL = "b16" + "0" * 29, "e71" + "0" * 29
# Roles that a screen reader says nothing useful of without a name.
NAMED = {"button", "link", "textbox", "searchbox", "combobox", "checkbox", "tab", "img", "image", "treegrid", "listbox",
         "navigation", "dialog", "region", "complementary", "spinbutton"}
checks = Checks()
check = checks.check


def text(key, value):
    return {"key": key, "value": {"stringValue": value}}


def post(teled, path, body):
    status, answer, _ = teled.request(path, json.dumps(body).encode(), {"Content-Type": "application/json"})
    check(f"{path} takes the data", status == 200, answer)


def spans(trace, count, service, name, start):
    """A tree of spans, four children each, within ten seconds."""
    out = []
    for i in range(count):
        parent = (i - 1) // 4
        length = 10_000_000_000 // (1 + i)
        out.append({"traceId": trace, "spanId": f"{i + 1:016x}", "parentSpanId": f"{parent + 1:016x}" if i else "",
                    "name": f"{name} {i % 50}" if count > 1 else name, "kind": 2, "startTimeUnixNano": str(start + i * 900_000),
                    "endTimeUnixNano": str(start + i * 900_000 + length), "attributes": [text("step", str(i)), text(HOSTILE, IMAGE)],
                    "events": [{"timeUnixNano": str(start + i * 900_000), "name": HOSTILE}] if i % 100 == 0 else [],
                    "status": {"code": 2, "message": HOSTILE} if i % 97 == 96 or count == 1 else {}})
    return {"resourceSpans": [{"resource": {"attributes": [text("service.name", service)]}, "scopeSpans": [{"spans": out}]}]}


def lines(count, start):
    records = [{"timeUnixNano": str(start + i * 1_000_000), "severityNumber": 9 if i % 10 else 17,
                "body": {"stringValue": f"line {i} of many, request {i * 7919 % 100003} took {i % 250} ms"}} for i in range(count)]
    records.append({"timeUnixNano": str(start), "severityNumber": 17, "body": {"stringValue": HOSTILE + IMAGE}})
    return {"resourceLogs": [{"resource": {"attributes": [text("service.name", "many")]}, "scopeLogs": [{"logRecords": records}]}]}


def prepare(teled):
    now = time.time_ns()
    post(teled, "/v1/traces", spans(EVIL, 1, IMAGE, HOSTILE, now - 60_000_000_000))
    post(teled, "/v1/traces", spans(BIG, 10_000, "batch", "work", now - 60_000_000_000))
    count = 100_000 if options.figures else 5_000
    for part in range(0, count, 25_000):
        post(teled, "/v1/logs", lines(min(25_000, count - part), now - 200_000_000_000 + part * 1_000_000))


class Pages:
    def __init__(self, teled, browser):
        self.teled, self.browser = teled, browser
        # Without that API the view of alerts shows what there is; the browser notes the 404.
        self.alerting = teled.get("/alertmanager/api/v2/alerts")[0] == 200

    def open(self, view, ready, what=None, **parameters):
        """Opens a view anew, waits until it is drawn, and looks at what every view must keep to."""
        query = "?" + urllib.parse.urlencode(parameters, quote_via=urllib.parse.quote) if parameters else ""
        self.browser.open("about:blank")
        self.browser.open(f"{self.teled.url}/#/{view}{query}")
        what = what or view
        try:
            self.browser.wait(f"return {ready}", f"{what} is drawn", 25)
            check(f"{what}: drawn", True)
        except RuntimeError as error:
            self.shot(f"failed-{what}")
            check(f"{what}: drawn", False, self.browser.run("return document.body.innerText.slice(0, 600)") + str(error))
        self.quiet(what)
        self.names(what)
        self.shot(what)

    def quiet(self, what):
        complaints = [c for c in self.browser.complaints() if self.alerting or "/alertmanager/" not in c]
        check(f"{what}: nothing on the console", not complaints, complaints)
        check(f"{what}: nothing was run", self.browser.run("return window.hacked === undefined"))

    def names(self, what):
        nodes = self.browser.devtools("Accessibility.getFullAXTree")["nodes"]
        roles = {n["role"]["value"] for n in nodes if not n.get("ignored") and "role" in n}
        bare = [n["role"]["value"] for n in nodes if not n.get("ignored") and n.get("role", {}).get("value") in NAMED
                and not n.get("name", {}).get("value", "").strip()]
        check(f"{what}: every control has a name", not bare, bare)
        check(f"{what}: landmarks", {"main", "navigation", "banner"} <= roles, sorted(roles))

    def shot(self, name):
        self.browser.screenshot(os.path.join(options.shots, name.replace("/", "-") + ".png"))

    def until(self, script, what, seconds=15):
        try:
            value = self.browser.wait(f"return {script}", what, seconds)
            check(what, True)
            return value
        except RuntimeError as error:
            self.shot("failed")
            check(what, False, error)

    def click(self, selector, what):
        try:
            self.browser.click(selector)
        except RuntimeError as error:
            check(what, False, error)


def count(selector, least=1):
    return f"document.querySelectorAll({json.dumps(selector)}).length >= {least}"


def search_and_trace(pages):
    b = pages.browser
    pages.open("traces", count("tbody tr", 5), **{"from": "now-15m", "to": "now"})
    b.type(".fields .field:first-child input", "gateway\n")
    pages.until("location.hash.includes('service=gateway') && document.querySelector('.editor textarea').value.includes('gateway')", "the form writes TraceQL")
    pages.until("document.querySelector('.busy') === null && " + count("tbody tr", 2), "traces of one service")
    b.keys("\ue00c")
    b.keys("j")
    pages.until("document.activeElement.closest('tbody') !== null", "j goes to the first trace")
    b.keys("\ue007")
    pages.until(count(".wf-row", 3), "Enter opens the trace")
    pages.open(f"trace/{EVIL}", count(".wf-row"), "hostile-trace")
    shown = b.run("return document.body.innerText")
    check("a span named <script> is a name", HOSTILE in shown and IMAGE in shown, shown[:500])
    check("nothing became markup", b.run("return document.querySelectorAll('body script, body img').length === 0"))
    b.run("try { document.body.innerHTML = '<p>'; window.hacked = 2 } catch { window.refused = true }")
    check("text can't become markup", b.run("return window.refused === true && window.hacked === undefined"))
    check("and the browser says so", any("TrustedHTML" in c for c in b.complaints()))


def big_trace(pages):
    b = pages.browser
    pages.open(f"trace/{BIG}", count(".wf-row", 10), "big-trace")
    drawn = b.run("return performance.getEntriesByName('trace drawn')[0]?.duration")
    rows = b.run("return document.querySelectorAll('.wf-row').length")
    check("10,000 spans are a few rows", 10 <= rows < 120, rows)
    check("all of them can be scrolled to", b.run("return document.querySelector('.waterfall-rows').getAttribute('aria-rowcount')") == "10000")
    took = b.run("""const list = document.querySelector('.waterfall-rows'); const out = [];
        const frame = () => new Promise((done) => requestAnimationFrame(done));
        for (let i = 1, last = await frame(); i <= 30; i += 1) {
          list.scrollTop = i * 8000; const now = await frame(); out.push(now - last); last = now; }
        return Math.max(...out)""")
    b.keys("e")
    pages.until("document.querySelector('.wf-row.picked b.bad') !== null", "e goes to an error")
    b.type("input[type=search]", "step=9999")
    pages.until("document.querySelector('.trace-bar [role=status]').textContent === '1 spans'", "a text is found in 10,000 spans")
    b.keys("\ue007")
    pages.until("document.querySelector('.wf-row.picked')?.textContent.includes('work 49')", "Enter goes to what was found")
    pages.until("location.hash.includes('span=') && location.hash.includes('find=')", "the address has the span and the text")
    hash_ = b.run("return location.hash")
    b.open("about:blank")
    b.open(pages.teled.url + "/" + hash_)
    pages.until("document.querySelector('.wf-row.picked')?.textContent.includes('work 49')", "an address shows the same again")
    b.run("document.activeElement.blur(); document.querySelector('main').focus()")
    b.keys("z")
    pages.until("location.hash.includes('z=')", "z zooms, and the address says so")
    b.keys("?")
    pages.until(count("dialog[open]"), "? shows the keys")
    b.keys("\ue00c")
    pages.until("document.querySelector('dialog') === null", "Esc closes them")
    pages.quiet("keys")
    return drawn, took


def first_paint(pages, path):
    pages.browser.open("about:blank")
    pages.browser.open(pages.teled.url + "/" + path)
    pages.browser.wait("return performance.getEntriesByName('first-contentful-paint').length > 0", "painted")
    return pages.browser.run("return performance.getEntriesByName('first-contentful-paint')[0].startTime")


def logs(pages):
    b = pages.browser
    pages.open("logs", count(".log-line", 10) + " && " + count(".bar"), **{"from": "now-15m", "to": "now"})
    b.run("document.querySelectorAll('.log-line')[3].click()")
    pages.until(count(".attributes tr", 4), "a line shows its fields")
    b.keys("c")
    pages.until(count(".context li", 2), "c shows the lines around")
    pages.shot("log-context")
    pages.open("logs", count(".log-line"), "hostile-log", q='{service_name="many"} |= "<script>"')
    check("a line with markup is text", HOSTILE in b.run("return document.querySelector('.log-line').textContent"))
    pages.open("logs", count("tbody tr", 2), "patterns", tab="patterns", **{"from": "now-15m", "to": "now"})
    pages.open("logs", count(".log-line", 3), "live", live="1")
    before = b.run("return document.querySelector('.log-panel [role=status]').textContent")
    pages.until(f"document.querySelector('.log-panel [role=status]').textContent !== {json.dumps(before)}", "live lines come in")
    limit = "100000" if options.figures else "5000"
    pages.open("logs", count(".log-line", 10), "many-lines", q='{service_name="many"}', limit=limit)
    return b.run("return performance.getEntriesByName('log lines drawn').map(e => [e.duration, e.detail])[0]")


def metrics(pages):
    b = pages.browser
    query = "histogram_quantile(0.95, sum by (service, le) (rate(traces_spanmetrics_latency_bucket[1m])))"
    pages.open("metrics", count("path.line", 3) + " && " + count("path.exemplar"), q=query, exemplars="1", **{"from": "now-5m", "to": "now"})
    b.run("const input = document.querySelector('.editor textarea'); input.focus(); input.value = 'sum by (service) (rate(traces_spanm'; "
          "input.setSelectionRange(99, 99); input.dispatchEvent(new Event('input'))")
    pages.until("[...document.querySelectorAll('[role=option]')].some(o => o.textContent.includes('traces_spanmetrics_calls_total'))", "metrics are completed")
    b.run("const input = document.querySelector('.editor textarea'); input.value = 'traces_spanmetrics_calls_total{service=\"'; "
          "input.setSelectionRange(99, 99); input.dispatchEvent(new Event('input'))")
    pages.until("[...document.querySelectorAll('[role=option]')].some(o => o.textContent === 'gateway')", "label values are completed")
    b.run("document.querySelector('path.exemplar').dispatchEvent(new MouseEvent('click'))")
    pages.until("location.hash.startsWith('#/trace/') && " + count(".wf-row", 2), "an exemplar opens its trace")
    pages.quiet("exemplar")


def the_rest(pages):
    b = pages.browser
    pages.open("overview", count("tbody tr", 5) + " && " + count(".plain-list li", 5), **{"from": "now-5m", "to": "now"})
    pages.open("map", count(".node", 5) + " && " + count(".edge", 4), **{"from": "now-5m", "to": "now"})
    b.run("document.querySelectorAll('.node')[2].dispatchEvent(new MouseEvent('click'))")
    pages.until(count(".node.picked"), "a node can be picked")
    pages.open("status", count(".status .panel", 4))
    pages.open("alerts", count(".tabs button", 3))
    pages.open("dashboards", count("tbody tr", 8))
    for board in json.loads(pages.teled.get("/api/tele/v1/dashboards")[1])["dashboards"]:
        name = f"dashboards/{board['uid']}"
        pages.open(name, count(".dash-panel", 4) + " && " + "document.querySelectorAll('.dash-body.busy').length === 0 && document.querySelectorAll('.dash-body:empty').length === 0",
                   **{"from": "now-5m", "to": "now"})
        failures = b.run("return [...document.querySelectorAll('.dash-body .failure')].map(e => e.textContent)")
        check(f"{name}: every panel has an answer", not failures, failures)
    found = [t["traceID"] for t in json.loads(pages.teled.get("/tempo/api/search", q='{ name = "/checkout" }', limit=2)[1])["traces"]]
    pages.open("compare", count(".compare-row", 5), a=found[0], b=found[-1])


def narrow(pages):
    b = pages.browser
    b.devtools("Emulation.setDeviceMetricsOverride", width=400, height=800, deviceScaleFactor=1, mobile=True)
    found = json.loads(pages.teled.get("/tempo/api/search", q='{ name = "/checkout" }', limit=1)[1])["traces"][0]["traceID"]
    for view in ("overview", "traces", f"trace/{found}", "logs", "metrics", "map", "alerts", "dashboards/tele-services", "status"):
        b.open("about:blank")
        b.open(f"{pages.teled.url}/#/{view}?from=now-5m&to=now")
        pages.until(count("main section, main table, main .panel"), f"{view} at 400 px")
        time.sleep(0.3)
        wide = b.run("return document.documentElement.scrollWidth")
        check(f"{view} is no wider than a telephone", wide <= 400, wide)
        pages.shot("narrow-" + view.split("/")[0])
    b.devtools("Emulation.clearDeviceMetricsOverride")


def headers(teled):
    _, body, fields = teled.request("/")
    policy = fields.get("Content-Security-Policy", "")
    for part in ("default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"):
        check(f"the policy has {part}", part in policy, policy)
    check("the policy allows nothing inline", "unsafe" not in policy, policy)
    check("no sniffing", fields.get("X-Content-Type-Options") == "nosniff")
    check("the page has no inline script or style", b"<script>" not in body and b"<style" not in body and b"style=" not in body)
    status, _, _ = teled.request("/", headers={"If-None-Match": fields["ETag"]})
    checks.equal("a known page is not sent again", status, 304)


def main():
    teled = Teled(options.bin, "demo: true\nself_metrics: 5s\n")
    browser = None
    try:
        prepare(teled)
        headers(teled)
        browser = Browser(dark=False)
        pages = Pages(teled, browser)
        drawn, scroll = big_trace(pages)
        shown = logs(pages)
        search_and_trace(pages)
        # Metrics of spans are written every 15 s; a rate needs two.
        end = time.monotonic() + 45
        while time.monotonic() < end and not teled.get("/api/v1/query", query="count(rate(traces_service_graph_request_total[1m])) > 5")[1].count(b'"value"'):
            time.sleep(0.5)
        metrics(pages)
        the_rest(pages)
        narrow(pages)
        if options.figures:
            paints = sorted(first_paint(pages, f"#/trace/{BIG}") for _ in range(5))
            print(f"first paint {paints[2]:.0f} ms; 10,000 spans: from the answer to drawn {drawn:.0f} ms, the longest frame of a scroll through them {scroll:.1f} ms")
            print(f"{shown[1]} log lines: from asking to drawn {shown[0]:.0f} ms")
    finally:
        if browser:
            browser.close()
        check("teled stops as asked", teled.stop() == 0)
    checks.finish()


main()
