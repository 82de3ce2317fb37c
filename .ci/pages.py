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
BIG, LONG, EVIL = "b16" + "0" * 29, "b17" + "0" * 29, "e71" + "0" * 29
# More spans than one answer may have.
MOST = 10_000
CONFIG = f"""demo: true
self_metrics: 5s
query: {{trace_spans: {MOST}}}
evaluation_interval: 1s
rules: [RULES_FILE]
"""
RULES = """groups:
- name: pages
  rules:
  - alert: CheckoutIsSlow
    expr: vector(7)
    labels: {service: checkout, severity: "<b>page</b>"}
    annotations: {summary: "<img src=x onerror=window.hacked=1> is a summary"}
  - {record: pages:seven, expr: vector(7)}
"""
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
    post(teled, "/v1/traces", spans(LONG, MOST + 50, "batch", "work", now - 60_000_000_000))
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
        # A query that is wrong is answered 400, which the browser notes.
        complaints = [c for c in self.browser.complaints() if (self.alerting or "/alertmanager/" not in c)
                      and not (what.endswith("-wrong") and "status of 400" in c)]
        check(f"{what}: nothing on the console", not complaints, complaints)
        check(f"{what}: nothing was run", self.browser.run("return window.hacked === undefined"))

    def names(self, what):
        nodes = self.browser.devtools("Accessibility.getFullAXTree")["nodes"]
        roles = {n["role"]["value"] for n in nodes if not n.get("ignored") and "role" in n}
        bare = [n["role"]["value"] for n in nodes if not n.get("ignored") and n.get("role", {}).get("value") in NAMED
                and not n.get("name", {}).get("value", "").strip()]
        check(f"{what}: every control has a name", not bare, bare)
        check(f"{what}: landmarks", {"main", "navigation", "banner"} <= roles, sorted(roles))

    def contrast(self, what):
        """Text that is too near to its ground (WCAG AA: 4.5 to 1)."""
        bad = self.browser.run("""
            const probe = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
            const paint = (color, under) => { probe.fillStyle = under; probe.fillRect(0, 0, 1, 1); probe.fillStyle = color;
              probe.fillRect(0, 0, 1, 1); return probe.getImageData(0, 0, 1, 1).data; };
            const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
              .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
            const ground = (e) => { const all = []; for (; e; e = e.parentElement) all.unshift(getComputedStyle(e).backgroundColor);
              return all.reduce((under, color) => `rgb(${paint(color, under).slice(0, 3).join(',')})`, 'white'); };
            const out = new Set();
            for (const e of document.querySelectorAll('main *, header *')) {
              const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
              if (!own || e.closest('svg, .hidden-text, [disabled], .faded, .wf-bar, .missing') || !e.checkVisibility({ opacityProperty: true })) continue;
              const style = getComputedStyle(e); const under = ground(e);
              const [a, b] = [light(paint(style.color, under)), light(paint(under, under))].sort((x, y) => y - x);
              const ratio = (a + 0.05) / (b + 0.05);
              if (ratio < 4.5) out.add(`${e.tagName}.${e.className} ${ratio.toFixed(1)}: ${e.textContent.slice(0, 30)}`);
            }
            return [...out].slice(0, 8)""")
        check(f"{what}: text can be read on its ground", not bad, bad)

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

    def shown(self, script, what):
        check(what, self.browser.run(f"return {script}"))

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
    pages.open("traces", count("tbody tr", 5), "traceql", q='{ name = "/checkout" }', **{"from": "now-15m", "to": "now"})
    check("a search is in the address", b.run("return document.querySelector('.editor textarea').value") == '{ name = "/checkout" }')
    pages.shown("document.querySelector('.scatter canvas').getAttribute('aria-label').includes('traces by start')", "the dots are described")
    b.run("document.querySelectorAll('tbody input[type=checkbox]')[0].click(); document.querySelectorAll('tbody input[type=checkbox]')[1].click()")
    b.run("[...document.querySelectorAll('button')].find(x => x.textContent === 'Compare the two').click()")
    pages.until(count(".compare-row", 5) + " && /a=.+&b=/.test(location.hash)", "two traces are picked and compared")
    pages.open("traces", count("tbody tr", 5), "scatter", q='{ name = "/checkout" }', **{"from": "now-15m", "to": "now"})
    spot = b.run("""const c = document.querySelector('.scatter canvas'); const r = c.getBoundingClientRect();
        for (let x = r.width - 12; x > 60; x -= 3) for (let y = 12; y < r.height - 20; y += 3) {
          c.dispatchEvent(new PointerEvent('pointermove', { clientX: r.left + x, clientY: r.top + y }));
          if (!document.querySelector('.scatter .tip').hidden) return [r.left + x, r.top + y]; }""")
    b.drag(*spot, *spot)
    pages.until("location.hash.startsWith('#/trace/') && " + count(".wf-row", 2), "a dot opens its trace")
    pages.open("traces", count(".failure"), "traceql-wrong", q="{ .a = }")
    pages.shown("document.querySelector('.failure').textContent.length > 10", "a wrong query is explained")
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


def long_trace(pages):
    """What is not there is said, and comes on a click."""
    b = pages.browser
    pages.open(f"trace/{LONG}", count(".wf-row", 10), "long-trace")
    facts = "document.querySelector('.trace-head').textContent"
    check("a cut trace says so", f"{MOST} of {MOST + 50} spans" in b.run(f"return {facts}"), b.run(f"return {facts}"))
    b.keys("jz")
    b.run("[...document.querySelectorAll('.trace-head button')].find(x => x.textContent === 'More spans').click()")
    pages.until(f"{facts}.includes('{MOST + 50} spans') && !{facts}.includes(' of {MOST}')", "the other spans come on a click")
    check("and the zoom stays", b.run("return location.hash.includes('z=')"))


def why(pages):
    """From the first look to the cause of a slow request, as someone would who has never seen the pages."""
    b = pages.browser
    pages.open("overview", "document.querySelectorAll('section[aria-label=\"Slowest traces\"] li').length > 2", "why-overview")
    pages.until("[...document.querySelectorAll('section[aria-label=\"Slowest traces\"] li')].some(l => l.textContent.includes('gateway'))", "slow requests are listed")
    b.run("[...document.querySelectorAll('section[aria-label=\"Slowest traces\"] li')].find(l => l.textContent.includes('gateway')).querySelector('a').click()")
    pages.until(count(".wf-row", 10) + " && document.querySelector('.why') !== null", "one click opens the trace")
    said = b.run("return document.querySelector('.why').textContent")
    check("the cause stands above it", "authorize card itself" in said and "card network is slow" in said, said)
    b.run("document.querySelector('.why button').click()")
    pages.until("document.querySelector('.wf-row.picked').textContent.includes('authorize card') && location.hash.includes('span=')", "the sentence leads to the span")
    b.run("[...document.querySelectorAll('.span-details button')].find(x => x.textContent.startsWith('Logs of this span')).click()")
    pages.until("document.querySelector('.side').textContent.includes('card network is slow')", "and the span to its log lines")
    b.run("[...document.querySelectorAll('.tabs button')].find(x => x.textContent === 'Services').click()")
    pages.until("document.querySelectorAll('.side tbody tr').length === 5", "five services took part")
    b.run("document.querySelector('.waterfall-rows').focus()")
    b.keys("c")
    b.keys("c")
    pages.until("document.querySelector('.wf-row.picked .wf-critical') !== null", "c goes along the critical path")
    box = b.run("const r = document.querySelector('.minimap').getBoundingClientRect(); return [r.left, r.top, r.width, r.height]")
    b.drag(box[0] + box[2] * 0.2, box[1] + 20, box[0] + box[2] * 0.6, box[1] + 20)
    pages.until("location.hash.includes('z=')", "dragging over the minimap zooms")
    pages.quiet("why")


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
    pages.shown("location.hash.includes('context=')", "the lines around are in the address")
    pages.open("logs", count(".log-fields details", 5) + " && " + count(".log-line", 10), "fields", **{"from": "now-15m", "to": "now"})
    b.run("[...document.querySelectorAll('.log-fields details')].find(d => d.textContent.startsWith('detected_level')).querySelector('summary').click()")
    pages.until(count(".field-value", 2), "a field shows its values")
    b.run("[...document.querySelectorAll('.field-value button')].find(x => x.textContent === 'error').click()")
    pages.until("document.querySelector('.editor textarea').value.includes('error') && location.hash.includes('error')", "a value becomes a condition")
    pages.until("[...document.querySelectorAll('.log-text')].every(t => t.classList.contains('level-error')) && " + count(".log-line", 2), "and only its lines are left")
    pages.open("logs", count("path.line") + " || " + count("section.log-panel svg path"), "log-metric", q='sum by (service_name) (count_over_time({service_name=~".+"}[1m]))', **{"from": "now-5m", "to": "now"})
    pages.open("logs", count(".failure"), "logql-wrong", q='{service_name="a"} |= ')
    pages.open("logs", count(".log-line"), "hostile-log", q='{service_name="many"} |= "<script>"')
    check("a line with markup is text", HOSTILE in b.run("return document.querySelector('.log-line').textContent"))
    pages.open("logs", count("tbody tr", 2), "patterns", tab="patterns", **{"from": "now-15m", "to": "now"})
    b.run("document.querySelector('tbody button[aria-label^=Only]').click()")
    pages.until("document.querySelector('.editor textarea').value.includes('|>')", "a pattern becomes a condition")
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


def more_metrics(pages):
    b = pages.browser
    query = "sum by (le) (increase(traces_spanmetrics_latency_bucket[$__rate_interval]))"
    pages.open("metrics", count("figure.chart") + " && " + count("tbody tr", 3), "metrics-heat", q=query, kind="heat", **{"from": "now-5m", "to": "now"})
    pages.open("metrics", count("path.line", 2), "metrics-two", q="sum(rate(traces_spanmetrics_calls_total[1m]))",
               q2='sum(rate(traces_spanmetrics_calls_total{status_code="STATUS_CODE_ERROR"}[1m]))', **{"from": "now-5m", "to": "now"})
    pages.shown("document.querySelectorAll('.editor textarea').length === 2", "two queries stand in the address")
    pages.shown("document.querySelectorAll('section[aria-label=\"Newest values\"] tbody tr').length === 2", "and in the table")
    box = b.run("const r = document.querySelector('.metric-main svg, .metric-main canvas').getBoundingClientRect(); return [r.left, r.top, r.width, r.height]")
    b.drag(box[0] + box[2] * 0.5, box[1] + box[3] * 0.4, box[0] + box[2] * 0.8, box[1] + box[3] * 0.4)
    pages.until("/from=\\d{13}/.test(location.hash)", "dragging over a graph zooms its time")
    pages.open("metrics", count(".failure"), "promql-wrong", q="sum(rate(a[5m])")


def alerts(pages):
    """An alert that fires, a silence made in the form, seen and ended."""
    b = pages.browser
    pages.open("alerts", "[...document.querySelectorAll('tbody tr')].some(r => r.textContent.includes('CheckoutIsSlow'))", "alerts-firing")
    check("a label with markup is text", "<b>page</b>" in b.run("return document.querySelector('tbody').textContent"))
    pages.open("overview", "document.querySelector('section[aria-label=\"Firing alerts\"] a[href*=\"service=checkout\"]') !== null", "alerts-overview")
    pages.open("alerts", count("tbody tr", 2), "rules", tab="rules")
    pages.open("alerts", count("tbody tr"), "silence-from-alert")
    b.run("[...document.querySelectorAll('tbody button')].find(x => x.textContent === 'Silence').click()")
    pages.until("location.hash.includes('tab=silences') && document.querySelector('.silence input').value.includes('CheckoutIsSlow')", "an alert fills the form")
    b.run("[...document.querySelectorAll('.silence button')].at(-1).click()")
    pages.until("[...document.querySelectorAll('tbody tr')].some(r => r.textContent.includes('CheckoutIsSlow') && r.textContent.includes('active'))", "a silence is made")
    pages.shot("silences")
    b.run("document.querySelector('button[aria-label^=\"End the silence\"]').click()")
    pages.until("![...document.querySelectorAll('tbody tr')].some(r => r.textContent.includes('active'))", "and ended")
    pages.quiet("silences")


def frame(pages):
    """Keys, themes and time of every view."""
    b = pages.browser
    pages.open("status", "document.querySelector('.config')?.textContent.includes('trace_spans')", "configuration")
    b.run("document.activeElement.blur()")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = b.run(f"return {ground}")
    b.keys("t")
    pages.until(f"{ground} !== {json.dumps(light)} && document.documentElement.dataset.theme === 'dark'", "t turns dark")
    for view in ("overview", f"trace/{EVIL}", "logs", "map", "dashboards/tele-business"):
        pages.open(view, count("main section, main .panel"), "dark-" + view.split("/")[0], **{"from": "now-5m", "to": "now"})
        pages.until("document.querySelectorAll('.busy').length === 0", f"{view} in the dark is still")
        pages.contrast("dark-" + view.split("/")[0])
    b.keys("t")
    pages.until("document.documentElement.dataset.theme === 'light'", "and light again")
    for i, view in enumerate(("overview", "traces", "logs", "metrics", "map", "alerts", "dashboards", "status"), 1):
        b.keys("g" + str(i))
        pages.until(f"location.hash.startsWith('#/{view}') && document.querySelector('nav [aria-current]').href.includes('{view}')", f"g {i} goes to {view}")
    pages.open("overview", count("tbody tr", 3), "tab-order")
    b.run("document.activeElement.blur()")
    b.keys("\ue004")
    check("the first tab stop skips to the content", b.run("return document.activeElement.className") == "skip")
    b.keys("\ue007")
    check("and does", b.run("return document.activeElement.id") == "main")
    pages.open("overview", count("tbody tr", 3), "range")
    b.run("const s = document.querySelector('select[aria-label=\"Time range\"]'); s.value = 'now-3h'; s.dispatchEvent(new Event('change'))")
    pages.until("location.hash.includes('from=now-3h')", "the time range is in the address")
    pages.quiet("frame")


def variables(pages):
    b = pages.browser
    pages.open("dashboards/tele-services", count(".dash-panel", 4) + " && document.querySelectorAll('.dash-body.busy').length === 0", "variable", **{"from": "now-5m", "to": "now"})
    b.run("const s = document.querySelector('select[aria-label=Service]'); s.value = 'payments'; s.dispatchEvent(new Event('change'))")
    pages.until("location.hash.includes('var-service=payments')", "a variable is in the address")
    pages.until("document.querySelectorAll('.dash-body.busy').length === 0 && [...document.querySelectorAll('.type-timeseries')][0].textContent.includes('payments') "
                "&& ![...document.querySelectorAll('.type-timeseries')][0].textContent.includes('gateway')", "and its panels are of that service")
    pages.shown("document.querySelectorAll('.type-heatmap figure').length > 0", "a heat map is drawn")
    pages.open("dashboards/tele-business", count(".dash-panel", 4) + " && document.querySelectorAll('.dash-body.busy').length === 0", "business", **{"from": "now-5m", "to": "now"})
    empty = b.run("return [...document.querySelectorAll('.dash-panel')].filter(p => /No (data|rows|lines|buckets)/.test(p.textContent)).map(p => p.querySelector('h2').textContent)")
    check("the demo fills the business example", not empty, empty)


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
    rules = os.path.join(options.shots, "rules.yaml")
    with open(rules, "w") as f:
        f.write(RULES)
    teled = Teled(options.bin, CONFIG.replace("RULES_FILE", rules))
    browser = None
    try:
        prepare(teled)
        headers(teled)
        browser = Browser(dark=False)
        pages = Pages(teled, browser)
        drawn, scroll = big_trace(pages)
        long_trace(pages)
        why(pages)
        shown = logs(pages)
        search_and_trace(pages)
        # Metrics of spans are written every 15 s; a rate needs two.
        end = time.monotonic() + 45
        while time.monotonic() < end and not teled.get("/api/v1/query", query="count(rate(traces_service_graph_request_total[1m])) > 5")[1].count(b'"value"'):
            time.sleep(0.5)
        metrics(pages)
        more_metrics(pages)
        the_rest(pages)
        alerts(pages)
        variables(pages)
        frame(pages)
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
