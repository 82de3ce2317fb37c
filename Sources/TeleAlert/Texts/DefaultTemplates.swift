/// The texts of a receiver that names none, under the names that Alertmanager gives them: configurations include them,
/// and define them anew. Links that an alert carries (`tele_…`) are annotations and stand with the others.
enum DefaultTemplates {
    static let text = #"""
        {{- define "__alertmanager" }}tele{{ end }}
        {{- define "__alertmanagerURL" }}{{ .ExternalURL }}/#/alerts?receiver={{ urlquery .Receiver }}{{ end }}
        {{- define "__description" }}{{ end }}

        {{- define "__subject" -}}
            [{{ toUpper .Status }}{{ with .Alerts.Firing }}:{{ len . }}{{ end }}]
            {{- with .GroupLabels.SortedPairs.Values }} {{ join " " . }}{{ end }}
            {{- with .CommonLabels.Remove .GroupLabels.Names }} ({{ join " " .Values }}){{ end }}
        {{- end }}

        {{- define "__text_alert_list" }}
            {{- $all := . }}
            {{- range $i, $alert := . }}
                {{- if eq $i 20 }}{{ "and more: " }}{{ len $all }}{{ " in all\n" }}{{ break }}{{ end }}
                {{- toUpper .Status }} {{ .Labels.alertname }} since {{ .StartsAt.Format "2006-01-02T15:04:05Z07:00" }}
                {{- "\n" }}
                {{- range .Annotations.SortedPairs }}{{ "  " }}{{ .Name }}: {{ .Value }}{{ "\n" }}{{ end }}
                {{- range (.Labels.Remove (stringSlice "alertname")).SortedPairs -}}
                    {{ "  " }}{{ .Name }} = {{ .Value }}{{ "\n" }}
                {{- end }}
                {{- with .GeneratorURL }}{{ "  " }}graph: {{ . }}{{ "\n" }}{{ end }}
                {{- "\n" }}
            {{- end }}
        {{- end }}

        {{- define "slack.default.title" }}{{ template "__subject" . }}{{ end }}
        {{- define "slack.default.username" }}{{ template "__alertmanager" . }}{{ end }}
        {{- define "slack.default.fallback" -}}
            {{ template "slack.default.title" . }} | {{ template "slack.default.titlelink" . }}
        {{- end }}
        {{- define "slack.default.callbackid" }}{{ end }}
        {{- define "slack.default.pretext" }}{{ end }}
        {{- define "slack.default.titlelink" }}{{ template "__alertmanagerURL" . }}{{ end }}
        {{- define "slack.default.iconemoji" }}{{ end }}
        {{- define "slack.default.iconurl" }}{{ end }}
        {{- define "slack.default.text" }}{{ template "__text_alert_list" .Alerts }}{{ end }}
        {{- define "slack.default.footer" }}{{ end }}

        {{- define "pagerduty.default.description" }}{{ template "__subject" . }}{{ end }}
        {{- define "pagerduty.default.client" }}{{ template "__alertmanager" . }}{{ end }}
        {{- define "pagerduty.default.clientURL" }}{{ template "__alertmanagerURL" . }}{{ end }}
        {{- define "pagerduty.default.instances" }}{{ template "__text_alert_list" . }}{{ end }}

        {{- define "email.default.subject" }}{{ template "__subject" . }}{{ end }}
        {{- define "email.default.html" -}}
        <!DOCTYPE html>
        <html><head><meta charset="utf-8"><title>{{ template "__subject" . }}</title></head>
        <body style="font-family: sans-serif; font-size: 14px; margin: 1em">
        <h2 style="font-size: 18px">{{ template "__subject" . }}</h2>
        {{ template "__tele_html_alerts" .Alerts.Firing }}
        {{- template "__tele_html_alerts" .Alerts.Resolved }}
        <p><a href="{{ template "__alertmanagerURL" . }}">View in {{ template "__alertmanager" . }}</a></p>
        </body></html>
        {{ end }}

        {{- define "__tele_html_alerts" }}
            {{- $all := . }}
            {{- range $i, $alert := . }}
                {{- if eq $i 20 }}<p>and more: {{ len $all }} in all</p>{{ break }}{{ end -}}
        <div style="border-left: 4px solid {{ if eq .Status "firing" }}#c0392b{{ else }}#27864f{{ end }}; padding-left: 1em">
        <h3 style="font-size: 15px">{{ toUpper .Status }} {{ .Labels.alertname }}</h3>
        <p>since {{ .StartsAt.Format "2006-01-02 15:04:05 MST" }}
        {{- if eq .Status "resolved" }} until {{ .EndsAt.Format "2006-01-02 15:04:05 MST" }}{{ end }}</p>
        {{ range .Annotations.SortedPairs }}<p><b>{{ .Name }}</b>:
        {{ if match "^https?://[^ ]+$" .Value }}<a href="{{ .Value }}">{{ .Value }}</a>{{ else }}{{ .Value }}{{ end }}</p>
        {{ end }}<p>{{ range .Labels.SortedPairs }}{{ .Name }} = {{ .Value }}<br>{{ end }}</p>
        {{ with .GeneratorURL }}<p><a href="{{ . }}">graph</a></p>{{ end }}
        </div>
        {{ end }}
        {{- end }}
        """#
}
