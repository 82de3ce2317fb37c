"""Zipkin's real clients against teled: the OpenTelemetry SDK's two Zipkin exporters, and py-zipkin in both encodings.
What they sent comes back by Zipkin's own API, by Jaeger's and as a trace of tele's, with the links between services."""
import argparse, json, multiprocessing, time, urllib.request
from server import Checks, Teled


def fetch(url):
    with urllib.request.urlopen(url, timeout=20) as answer:
        return json.load(answer)


def opentelemetry(url, encoding, service):
    """A server span with a client span and an event below it; the trace id."""
    if encoding == "json":
        from opentelemetry.exporter.zipkin.json import ZipkinExporter
    else:
        from opentelemetry.exporter.zipkin.proto.http import ZipkinExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.trace import SpanKind, Status, StatusCode

    provider = TracerProvider(resource=Resource({"service.name": service}))
    provider.add_span_processor(SimpleSpanProcessor(ZipkinExporter(endpoint=url + "/api/v2/spans")))
    tracer = provider.get_tracer("lib", "1.2")
    with tracer.start_as_current_span("GET /cart", kind=SpanKind.SERVER) as outer:
        outer.set_attribute("http.status_code", 500)
        with tracer.start_as_current_span("query", kind=SpanKind.CLIENT) as inner:
            inner.add_event("cache miss")
            inner.set_status(Status(StatusCode.ERROR, "no rows"))
    provider.shutdown()
    return format(outer.get_span_context().trace_id, "032x")


def py_zipkin(url, encoding, service):
    from py_zipkin import Encoding, Kind
    from py_zipkin.zipkin import ZipkinAttrs, create_attrs_for_span, zipkin_span

    def post(body):
        body = body.encode() if isinstance(body, str) else body
        kind = "application/json" if encoding == "json" else "application/x-protobuf"
        request = urllib.request.Request(url + "/api/v2/spans", body, {"Content-Type": kind})
        assert urllib.request.urlopen(request, timeout=20).status == 202

    attributes = create_attrs_for_span(use_128bit_trace_id=True)
    with zipkin_span(
        service_name=service, span_name="GET /cart", transport_handler=post, zipkin_attrs=attributes,
        encoding=Encoding.V2_JSON if encoding == "json" else Encoding.V2_PROTO3,
        kind=Kind.SERVER, port=8080, binary_annotations={"http.path": "/cart"},
    ):
        with zipkin_span(service_name=service, span_name="query", kind=Kind.CLIENT) as inner:
            inner.add_annotation("cache miss")
            inner.add_sa_binary_annotation(port=5432, service_name="orders-db", host="127.0.0.1")
    return attributes.trace_id


def seen(c, teled, trace, service, error):
    spans = fetch(f"{teled.url}/zipkin/api/v2/trace/{trace}")
    c.check(f"{service}: two spans", len(spans) == 2, spans)
    by_name = {span["name"].lower(): span for span in spans}
    outer, inner = by_name.get("get /cart", {}), by_name.get("query", {})
    c.check(f"{service}: kinds", (outer.get("kind"), inner.get("kind")) == ("SERVER", "CLIENT"), spans)
    c.check(f"{service}: parent", inner.get("parentId") == outer.get("id"), spans)
    c.check(f"{service}: service", outer.get("localEndpoint", {}).get("serviceName") == service, outer)
    annotations = [entry["value"] for entry in inner.get("annotations", [])]
    c.check(f"{service}: annotation", any("cache miss" in value for value in annotations), annotations)
    if error:
        c.check(f"{service}: error", inner.get("tags", {}).get("error") == "no rows", inner)
    c.check(f"{service}: service is listed", service in fetch(f"{teled.url}/zipkin/api/v2/services"))
    found = fetch(f"{teled.url}/zipkin/api/v2/traces?serviceName={service}&limit=10")
    c.check(f"{service}: found by its name", [trace] == [one[0]["traceId"] for one in found], found)
    jaeger = fetch(f"{teled.url}/jaeger/api/traces/{trace}")["data"]
    c.check(f"{service}: Jaeger has it", len(jaeger[0]["spans"]) == 2, jaeger)
    tele = fetch(f"{teled.url}/api/tele/v1/trace/{trace}")
    c.check(f"{service}: tele has it", {span["service"] for span in tele["spans"]} == {service}, tele)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    teled = Teled(parser.parse_args().bin)
    c = Checks()
    try:
        # A process a client: two of them register the same protobuf names.
        with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
            for client, name in ((opentelemetry, "otel"), (py_zipkin, "py")):
                for encoding in ("json", "protobuf"):
                    service = f"{name}-{encoding}"
                    seen(c, teled, pool.apply(client, (teled.url, encoding, service)), service, name == "otel")
        # A call without an answering server span is one to a peer once nobody has answered for a while.
        wanted = {("py-json", "orders-db"), ("py-protobuf", "orders-db")}
        for _ in range(40):
            end = int(time.time() * 1000) + 1000
            links = fetch(f"{teled.url}/zipkin/api/v2/dependencies?endTs={end}&lookback=600000")
            pairs = {(link["parent"], link["child"]) for link in links}
            if wanted <= pairs:
                break
            time.sleep(1)
        c.check("links to the database", wanted <= pairs, links)
    finally:
        teled.stop()
    c.finish()


if __name__ == "__main__":
    main()
