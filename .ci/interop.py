#!/usr/bin/env python3
"""OpenTelemetry's SDK for Python sends traces, logs and metrics to a teled over HTTP/protobuf, HTTP/JSON and gRPC;
the HTTP API and telectl have to give back every attribute that was sent.

  interop.py --bin .build/debug        (needs the packages of requirements.txt)
"""
import argparse, base64, gzip, json, re, time, urllib.parse
from google.protobuf import json_format
from opentelemetry import trace as api
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.exporter.otlp.proto.common._log_encoder import encode_logs
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter as GRPCLogs
from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter as GRPCMetrics
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GRPCSpans
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter as HTTPLogs
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter as HTTPMetrics
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HTTPSpans
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import ExponentialBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from server import Checks, Teled

ATTRIBUTES = {"text": "grüße \u0000 \"quoted\"", "empty": "", "yes": True, "no": False, "big": 2**63 - 1, "small": -(2**63), "ratio": 0.1, "tiny": 5e-324,
              "texts": ["a", "b", ""], "numbers": [1, -2, 3], "ratios": [0.5, 1e300], "flags": [True, False]}


def resource(service):
    return Resource.create({"service.name": service, "service.namespace": "interop", "service.instance.id": "one", "host.name": "höst", "list": ["x", "y"]})


def make_spans(service):
    memory = InMemorySpanExporter()
    provider = TracerProvider(resource=resource(service))
    provider.add_span_processor(SimpleSpanProcessor(memory))
    tracer = provider.get_tracer("interop.scope", "1.2.3", schema_url="https://example.org/schema", attributes={"scope.attribute": 7})
    with tracer.start_as_current_span("root", kind=api.SpanKind.SERVER, attributes=ATTRIBUTES) as root:
        other = api.Link(root.get_span_context(), {"why": "because", "n": 3})
        with tracer.start_as_current_span("child", kind=api.SpanKind.CLIENT, links=[other]) as child:
            child.add_event("happened", {"where": "here", "count": 2, "list": [1.5]}, timestamp=time.time_ns())
            child.record_exception(ValueError("no such thing"))
            child.set_status(api.Status(api.StatusCode.ERROR, "went wrong"))
        with tracer.start_as_current_span("ok", kind=api.SpanKind.PRODUCER) as ok:
            ok.set_status(api.Status(api.StatusCode.OK))
    return memory.get_finished_spans()


def flat_spans(message):
    """(resource, scope, span) of each span, as comparable bytes in an order of their own."""
    out = []
    for rs in message.resource_spans:
        for ss in rs.scope_spans:
            for span in ss.spans:
                out.append((span.span_id, rs.resource.SerializeToString(deterministic=True), rs.schema_url,
                            ss.scope.SerializeToString(deterministic=True), ss.schema_url, span.SerializeToString(deterministic=True)))
    return sorted(out)


def as_otlp_json(message):
    """protobuf's own JSON mapping, with ids in hex and enums as numbers, as OTLP wants them."""
    value = json_format.MessageToDict(message, use_integers_for_enums=True)

    def walk(node):
        if isinstance(node, dict):
            for key, inner in node.items():
                if key in ("traceId", "spanId", "parentSpanId"):
                    node[key] = base64.b64decode(inner).hex()
                else:
                    walk(inner)
        elif isinstance(node, list):
            for inner in node:
                walk(inner)
    walk(value)
    return json.dumps(value).encode()


def traces(teled, c):
    ways = {
        "http": lambda spans: HTTPSpans(endpoint=teled.url + "/v1/traces").export(spans).name,
        "http-gzip": lambda spans: HTTPSpans(endpoint=teled.url + "/v1/traces", compression=Compression.Gzip).export(spans).name,
        "grpc": lambda spans: GRPCSpans(endpoint=f"127.0.0.1:{teled.grpc}", insecure=True).export(spans).name,
        "grpc-gzip": lambda spans: GRPCSpans(endpoint=f"127.0.0.1:{teled.grpc}", insecure=True, compression=__import__("grpc").Compression.Gzip).export(spans).name,
        "json": lambda spans: {200: "SUCCESS"}.get(teled.request("/v1/traces", as_otlp_json(encode_spans(spans)), {"Content-Type": "application/json"})[0]),
    }
    for way, send in ways.items():
        spans = make_spans(f"traces-{way}")
        c.equal(f"traces {way}: sent", send(spans), "SUCCESS")
        trace_id = format(spans[0].context.trace_id, "032x")
        sent = flat_spans(encode_spans(spans))
        for path in (f"/tempo/api/traces/{trace_id}", f"/tempo/api/v2/traces/{trace_id}"):
            status, body, headers = teled.get(path, headers={"Accept": "application/protobuf"})
            got = TracesData()
            try:
                if "/v2/" in path:  # TraceByIDResponse { Trace trace = 1 }
                    c.check(f"traces {way}: v2 wraps", body[:1] == b"\x0a", body[:20])
                    at, shift, length = 1, 0, 0
                    while True:
                        length |= (body[at] & 127) << shift
                        shift += 7
                        at += 1
                        if body[at - 1] < 128:
                            break
                    body = body[at:at + length]
                got.ParseFromString(body)
            except Exception as error:
                c.check(f"traces {way}: {path} parses", False, error)
            c.equal(f"traces {way}: {path} protobuf", flat_spans(got), sent)
        status, body, _ = teled.get(f"/tempo/api/v2/traces/{trace_id}")
        c.equal(f"traces {way}: v2 json", status, 200)
        c.check(f"traces {way}: v2 json has the spans", body.count(b'"spanId"') >= 3, body[:500])
        code, out, err = teled.telectl("trace", trace_id[:12], "--json")
        c.equal(f"traces {way}: telectl trace --json", code, 0)
        if code == 0:
            shown = {s["name"]: s for s in json.loads(out)["spans"]}
            wanted = {k: text_of(v) for k, v in ATTRIBUTES.items()}
            c.equal(f"traces {way}: telectl attributes", {a["key"]: a["value"] for a in shown["root"]["attributes"]}, wanted)
            c.equal(f"traces {way}: telectl status", (shown["child"]["status"], shown["child"]["statusMessage"]), ("error", "went wrong"))
        code, out, err = teled.telectl("trace", trace_id[:12], "--logs", "--width", "100")
        c.check(f"traces {way}: waterfall", code == 0 and "ValueError: no such thing" in out and "\x1b" not in out, out + err)
        code, out, err = teled.telectl("traces", "--service", f"traces-{way}")
        c.check(f"traces {way}: telectl traces", code == 0 and trace_id in out, out + err)


def number_text(value):
    """Doubles as Go's strconv 'g'-like shortest form that Loki prints."""
    if value == int(value) and abs(value) < 1e21:
        return str(int(value))
    text = repr(value)
    if "e" in text:
        mantissa, exponent = text.split("e")
        return f"{mantissa}e{exponent[0] if exponent[0] == '-' else '+'}{exponent.lstrip('+-').lstrip('0')}"
    return text


def text_of(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, (list, dict)):
        return json.dumps(json.loads("[" + ",".join(number_text(v) if isinstance(v, float) else json.dumps(v) for v in value) + "]"), separators=(",", ":"), ensure_ascii=False) if isinstance(value, list) and not any(isinstance(v, float) for v in value) else "[" + ",".join(number_text(v) if isinstance(v, float) else json.dumps(v) for v in value) + "]"
    return str(value)


def logs(teled, c):
    for way in ("http", "grpc", "json"):
        memory = InMemoryLogRecordExporter()
        provider = LoggerProvider(resource=resource(f"logs-{way}"))
        provider.add_log_record_processor(SimpleLogRecordProcessor(memory))
        logger = provider.get_logger("interop.logs", "2.0")
        now = time.time_ns()
        nested = {"outer": {"inner": [1, "two", {"deep": True}]}, "raw": b"\x00\xff"}
        logger.emit(LogRecord(timestamp=now, observed_timestamp=now + 5, severity_text="WARN", severity_number=SeverityNumber.WARN, body="a plain line", attributes={**ATTRIBUTES, **nested}))
        logger.emit(LogRecord(timestamp=now + 1, severity_number=SeverityNumber.ERROR, body={"map": {"b": 1, "a": [True]}}, attributes={"k": "v"}))
        records = memory.get_finished_logs()
        if way == "http":
            sent = HTTPLogs(endpoint=teled.url + "/v1/logs").export(records).name
        elif way == "grpc":
            sent = GRPCLogs(endpoint=f"127.0.0.1:{teled.grpc}", insecure=True).export(records).name
        else:
            sent = {200: "SUCCESS"}.get(teled.request("/v1/logs", gzip.compress(as_otlp_json(encode_logs(records))), {"Content-Type": "application/json", "Content-Encoding": "gzip"})[0])
        c.equal(f"logs {way}: sent", sent, "SUCCESS")
        parameters = {"query": f'{{service_name="logs-{way}"}}', "start": now - 10**9, "end": now + 10**9, "limit": 10}
        status, body, _ = teled.get("/loki/api/v1/query_range", headers={"X-Loki-Response-Encoding-Flags": "categorize-labels"}, **parameters)
        c.equal(f"logs {way}: status", status, 200)
        lines = {v[1]: (s["stream"], v[2].get("structuredMetadata", {}), v[0]) for s in json.loads(body)["data"]["result"] for v in s["values"]} if status == 200 else {}
        c.equal(f"logs {way}: lines", set(lines), {"a plain line", '{"map":{"a":[true],"b":1}}'})
        if "a plain line" in lines:
            stream, metadata, at = lines["a plain line"]
            c.equal(f"logs {way}: time", at, str(now))
            c.equal(f"logs {way}: labels", stream, {"service_name": f"logs-{way}", "service_namespace": "interop", "service_instance_id": "one"})
            wanted = {k: text_of(v) for k, v in ATTRIBUTES.items() if v != ""}
            wanted |= {"severity_text": "WARN", "severity_number": "13", "detected_level": "warn", "scope_name": "interop.logs", "scope_version": "2.0", "host_name": "höst", "list": '["x","y"]',
                       "raw": "AP8=", "outer_inner": '[1,"two",{"deep":true}]', "observed_timestamp": str(now + 5)}
            for key, value in wanted.items():
                c.equal(f"logs {way}: metadata {key}", metadata.get(key), value)
        code, out, err = teled.telectl("logs", f'{{service_name="logs-{way}"}} |= "plain"', "--output", "json")
        c.check(f"logs {way}: telectl logs", code == 0 and [json.loads(line)["line"] for line in out.splitlines()] == ["a plain line"], out + err)
        for operator, needle, count in (("|=", "plain", 1), ("!=", "plain", 1), ("|~", "pl[ao]in", 1), ("!~", "^a plain line$", 1), ("|=", "nowhere", 0)):
            query = f'{{service_name="logs-{way}"}} {operator} "{needle}"'
            status, body, _ = teled.get("/loki/api/v1/query_range", query=query, start=now - 10**9, end=now + 10**9)
            got = sum(len(s["values"]) for s in json.loads(body)["data"]["result"]) if status == 200 else body
            c.equal(f"logs {way}: {query}", got, count)
    status, body, _ = teled.get("/loki/api/v1/label/service_name/values", start=time.time_ns() - 10**11)
    c.check("logs: label values", {"logs-http", "logs-grpc", "logs-json"} <= set(json.loads(body).get("data", [])), body)


def metrics(teled, c):
    for way in ("http", "grpc"):
        exporter = HTTPMetrics(endpoint=teled.url + "/v1/metrics") if way == "http" else GRPCMetrics(endpoint=f"127.0.0.1:{teled.grpc}", insecure=True)
        reader = PeriodicExportingMetricReader(exporter, export_interval_millis=3_600_000)
        provider = MeterProvider(metric_readers=[reader], resource=resource(f"metrics-{way}"), views=[View(instrument_name="wide", aggregation=ExponentialBucketHistogramAggregation())])
        meter = provider.get_meter("interop.metrics", "3.0")
        meter.create_counter("requests", unit="1", description="how many").add(42, {"route": "/a", "code": 200})
        meter.create_counter("sent", unit="By").add(1.5)
        meter.create_up_down_counter("queue.length").add(-3, {"q": "grüße"})
        meter.create_gauge("temperature", unit="Cel").set(21.5)
        duration = meter.create_histogram("latency", unit="s", explicit_bucket_boundaries_advisory=[0.1, 1])
        for value in (0.05, 0.5, 5):
            duration.record(value)
        for value in (0.001, 1, 1000, 1000):
            meter.create_histogram("wide").record(value)
        c.check(f"metrics {way}: sent", provider.force_flush(10_000))
        job = f'{{job="interop/metrics-{way}"'

        def value(selector):
            status, body, _ = teled.get("/api/v1/query", query=selector)
            result = json.loads(body)["data"]["result"] if status == 200 else []
            return [(r["metric"], r.get("value", [0, None])[1]) for r in result]
        # The names that Prometheus gives them: UnderscoreEscapingWithSuffixes.
        for name, labels, wanted in (("requests_total", {"route": "/a", "code": "200"}, "42"), ("sent_bytes_total", {}, "1.5"), ("queue_length", {"q": "grüße"}, "-3"), ("temperature_celsius", {}, "21.5"),
                                     ("latency_seconds_count", {}, "3"), ("latency_seconds_sum", {}, "5.55")):
            got = value(f"{name}{job}}}")
            c.check(f"metrics {way}: {name}", len(got) == 1 and got[0][1] == wanted and labels.items() <= got[0][0].items() and got[0][0].get("instance") == "one", got)
        for bound, wanted in (("0.1", "1"), ("1", "2"), ("1.0", None), ("+Inf", "3")):
            got = value(f'latency_seconds_bucket{job},le="{bound}"}}')
            c.equal(f"metrics {way}: bucket {bound}", [v for _, v in got], [wanted] if wanted else [])
        status, body, _ = teled.get("/api/v1/query", query=f"wide{job}}}")
        result = json.loads(body)["data"]["result"] if status == 200 else []
        c.check(f"metrics {way}: exponential histogram", len(result) == 1 and result[0].get("histogram", [0, {}])[1].get("count") == "4", body)
        got = value(f"target_info{job}}}")
        c.check(f"metrics {way}: target_info", len(got) == 1 and got[0][0].get("host_name") == "höst", got)
        got = value(f"sum by (route) (requests_total{job}}}) / 2")
        c.equal(f"metrics {way}: arithmetic", got, [({"route": "/a"}, "21")])
        code, out, err = teled.telectl("query", f"requests_total{job}}}", "--json")
        c.check(f"metrics {way}: telectl query", code == 0 and json.loads(out)["data"]["result"][0]["value"][1] == "42", out + err)
        provider.shutdown()


def bad_input(teled, c):
    """What refuses, and that neighbours live."""
    post = lambda path, body, **headers: teled.request(path, body, {k.replace("_", "-"): v for k, v in headers.items()})[0]
    for signal in ("traces", "logs", "metrics"):
        path = f"/v1/{signal}"
        c.equal(f"{path} garbage", post(path, b"\xff\xff\xff", Content_Type="application/x-protobuf"), 400)
        c.equal(f"{path} garbage json", post(path, b"{\"resource", Content_Type="application/json"), 400)
        c.equal(f"{path} type", post(path, b"x", Content_Type="text/plain"), 415)
        c.equal(f"{path} coding", post(path, b"x", Content_Type="application/json", Content_Encoding="br"), 415)
        c.equal(f"{path} not gzip", post(path, b"xxxx", Content_Type="application/json", Content_Encoding="gzip"), 400)
        c.equal(f"{path} empty", post(path, b"", Content_Type="application/x-protobuf"), 200)
        bomb = gzip.compress(bytes(80 << 20), 9)
        c.equal(f"{path} bomb", post(path, bomb, Content_Type="application/x-protobuf", Content_Encoding="gzip"), 413)
        deep = b'{"a":' * 10_000 + b"1" + b"}" * 10_000
        c.check(f"{path} deep json", post(path, deep, Content_Type="application/json") in (200, 400))
        c.equal(f"{path} GET", teled.get(path)[0], 405)
    for path in ("/tempo/api/traces/xyz", "/api/tele/v1/trace/zz", "/loki/api/v1/query_range?query=%7B", "/api/v1/query?query=sum(", "/api/v1/query_range?query=up&start=0&end=1&step=0"):
        c.equal(path, teled.get(path)[0], 400)
    c.equal("unknown path", teled.get("/nowhere")[0], 404)
    c.equal("absurd exemplar times", teled.get("/api/v1/query_exemplars", query="test", start=1795000000000000, end=1795000000000000)[0], 200)
    c.check("alive", teled.get("/ready")[0] == 200 and b"teled_" in teled.get("/metrics")[1])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    teled = Teled(parser.parse_args().bin)
    c = Checks()
    try:
        for part in (traces, logs, metrics, bad_input):
            try:
                part(teled, c)
            except Exception as error:
                import traceback
                c.check(part.__name__, False, traceback.format_exc())
            print(f"{part.__name__}: {c.passed} checks hold so far, {c.failed} do not", flush=True)
        c.equal("telectl status", teled.telectl("status")[0], 0)
        c.equal("telectl services", teled.telectl("services")[0], 0)
        c.equal("telectl: nothing found", teled.telectl("trace", "0123456789abcdef")[0], 1)
        c.equal("telectl: usage", teled.telectl("trace", "not-hex")[0], 64)
        c.equal("telectl: out of reach", teled.telectl("status", "--server", "http://127.0.0.1:1")[0], 69)
        c.equal("SIGTERM", teled.stop(remove=False), 0)
        c.equal("segments verify", teled.telectl("segments", "verify", teled.data)[0], 0)
        teled.start()
        status, body, _ = teled.get("/api/v1/query", query="sum(requests_total)", time=time.time())
        c.equal("after a restart", json.loads(body)["data"]["result"][0]["value"][1] if status == 200 else body, "84")
    finally:
        if c.failed:
            print(teled.tail())
        teled.stop()
    c.finish()


main()
