// The bytes of the web pages (web/) and of the dashboards (Dashboards/ at the top), put into the program by the
// compiler: the files stay what they are, and there is nothing to build, install or find at run time.
// PagesTests checks that every file is listed.

#include "TelePages.h"

// C23's, which clang has in every mode.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char base_css[] = {
#embed "web/base.css"
};
static const unsigned char icon_svg[] = {
#embed "web/icon.svg"
};
static const unsigned char index_html[] = {
#embed "web/index.html"
};
static const unsigned char lib_api_js[] = {
#embed "web/lib/api.js"
};
static const unsigned char lib_axis_js[] = {
#embed "web/lib/axis.js"
};
static const unsigned char lib_chart_js[] = {
#embed "web/lib/chart.js"
};
static const unsigned char lib_choices_js[] = {
#embed "web/lib/choices.js"
};
static const unsigned char lib_color_js[] = {
#embed "web/lib/color.js"
};
static const unsigned char lib_dom_js[] = {
#embed "web/lib/dom.js"
};
static const unsigned char lib_editor_js[] = {
#embed "web/lib/editor.js"
};
static const unsigned char lib_format_js[] = {
#embed "web/lib/format.js"
};
static const unsigned char lib_heatmap_js[] = {
#embed "web/lib/heatmap.js"
};
static const unsigned char lib_help_js[] = {
#embed "web/lib/help.js"
};
static const unsigned char lib_logql_js[] = {
#embed "web/lib/logql.js"
};
static const unsigned char lib_promql_js[] = {
#embed "web/lib/promql.js"
};
static const unsigned char lib_results_js[] = {
#embed "web/lib/results.js"
};
static const unsigned char lib_scatter_js[] = {
#embed "web/lib/scatter.js"
};
static const unsigned char lib_selector_js[] = {
#embed "web/lib/selector.js"
};
static const unsigned char lib_state_js[] = {
#embed "web/lib/state.js"
};
static const unsigned char lib_table_js[] = {
#embed "web/lib/table.js"
};
static const unsigned char lib_traceql_js[] = {
#embed "web/lib/traceql.js"
};
static const unsigned char lib_tree_js[] = {
#embed "web/lib/tree.js"
};
static const unsigned char lib_variables_js[] = {
#embed "web/lib/variables.js"
};
static const unsigned char lib_virtual_js[] = {
#embed "web/lib/virtual.js"
};
static const unsigned char main_js[] = {
#embed "web/main.js"
};
static const unsigned char views_css[] = {
#embed "web/views.css"
};
static const unsigned char views_alerts_js[] = {
#embed "web/views/alerts.js"
};
static const unsigned char views_compare_js[] = {
#embed "web/views/compare.js"
};
static const unsigned char views_dashboards_js[] = {
#embed "web/views/dashboards.js"
};
static const unsigned char views_fields_js[] = {
#embed "web/views/fields.js"
};
static const unsigned char views_line_js[] = {
#embed "web/views/line.js"
};
static const unsigned char views_logs_js[] = {
#embed "web/views/logs.js"
};
static const unsigned char views_map_js[] = {
#embed "web/views/map.js"
};
static const unsigned char views_metrics_js[] = {
#embed "web/views/metrics.js"
};
static const unsigned char views_overview_js[] = {
#embed "web/views/overview.js"
};
static const unsigned char views_panels_js[] = {
#embed "web/views/panels.js"
};
static const unsigned char views_span_js[] = {
#embed "web/views/span.js"
};
static const unsigned char views_status_js[] = {
#embed "web/views/status.js"
};
static const unsigned char views_trace_js[] = {
#embed "web/views/trace.js"
};
static const unsigned char views_traces_js[] = {
#embed "web/views/traces.js"
};
static const unsigned char views_waterfall_js[] = {
#embed "web/views/waterfall.js"
};
static const unsigned char dashboard_breakers_json[] = {
#embed "../../Dashboards/breakers.json"
};
static const unsigned char dashboard_business_json[] = {
#embed "../../Dashboards/business.json"
};
static const unsigned char dashboard_databases_json[] = {
#embed "../../Dashboards/databases.json"
};
static const unsigned char dashboard_http_server_json[] = {
#embed "../../Dashboards/http-server.json"
};
static const unsigned char dashboard_messaging_json[] = {
#embed "../../Dashboards/messaging.json"
};
static const unsigned char dashboard_sagas_json[] = {
#embed "../../Dashboards/sagas.json"
};
static const unsigned char dashboard_services_json[] = {
#embed "../../Dashboards/services.json"
};
static const unsigned char dashboard_swift_runtime_json[] = {
#embed "../../Dashboards/swift-runtime.json"
};
static const unsigned char dashboard_teled_json[] = {
#embed "../../Dashboards/teled.json"
};

#define FILE(path, bytes) { path, bytes, sizeof bytes }

static const tele_file pages[] = {
    FILE("base.css", base_css),
    FILE("icon.svg", icon_svg),
    FILE("index.html", index_html),
    FILE("lib/api.js", lib_api_js),
    FILE("lib/axis.js", lib_axis_js),
    FILE("lib/chart.js", lib_chart_js),
    FILE("lib/choices.js", lib_choices_js),
    FILE("lib/color.js", lib_color_js),
    FILE("lib/dom.js", lib_dom_js),
    FILE("lib/editor.js", lib_editor_js),
    FILE("lib/format.js", lib_format_js),
    FILE("lib/heatmap.js", lib_heatmap_js),
    FILE("lib/help.js", lib_help_js),
    FILE("lib/logql.js", lib_logql_js),
    FILE("lib/promql.js", lib_promql_js),
    FILE("lib/results.js", lib_results_js),
    FILE("lib/scatter.js", lib_scatter_js),
    FILE("lib/selector.js", lib_selector_js),
    FILE("lib/state.js", lib_state_js),
    FILE("lib/table.js", lib_table_js),
    FILE("lib/traceql.js", lib_traceql_js),
    FILE("lib/tree.js", lib_tree_js),
    FILE("lib/variables.js", lib_variables_js),
    FILE("lib/virtual.js", lib_virtual_js),
    FILE("main.js", main_js),
    FILE("views.css", views_css),
    FILE("views/alerts.js", views_alerts_js),
    FILE("views/compare.js", views_compare_js),
    FILE("views/dashboards.js", views_dashboards_js),
    FILE("views/fields.js", views_fields_js),
    FILE("views/line.js", views_line_js),
    FILE("views/logs.js", views_logs_js),
    FILE("views/map.js", views_map_js),
    FILE("views/metrics.js", views_metrics_js),
    FILE("views/overview.js", views_overview_js),
    FILE("views/panels.js", views_panels_js),
    FILE("views/span.js", views_span_js),
    FILE("views/status.js", views_status_js),
    FILE("views/trace.js", views_trace_js),
    FILE("views/traces.js", views_traces_js),
    FILE("views/waterfall.js", views_waterfall_js),
};

static const tele_file dashboards[] = {
    FILE("breakers.json", dashboard_breakers_json),
    FILE("business.json", dashboard_business_json),
    FILE("databases.json", dashboard_databases_json),
    FILE("http-server.json", dashboard_http_server_json),
    FILE("messaging.json", dashboard_messaging_json),
    FILE("sagas.json", dashboard_sagas_json),
    FILE("services.json", dashboard_services_json),
    FILE("swift-runtime.json", dashboard_swift_runtime_json),
    FILE("teled.json", dashboard_teled_json),
};

tele_files tele_pages(void) { return (tele_files){ pages, sizeof pages / sizeof pages[0] }; }

tele_files tele_dashboards(void) { return (tele_files){ dashboards, sizeof dashboards / sizeof dashboards[0] }; }
