package contract_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/test/harness"
)

// tenant is an application with one object of every kind, and its tokens. Its marker is in everything that belongs
// to it and in nothing else, so an answer with the marker shows data of this tenant.
type tenant struct {
	marker              string
	application, portal string            // tokens
	placeholders        map[string]string // path parameters by name
	url                 string            // of a receiver
}

// newTenant creates the objects. marker must be valid in names and as part of a URL.
func newTenant(t *testing.T, s *harness.Server, marker, url string) tenant {
	t.Helper()
	made := func(method, path string, body any) object {
		reply := s.Do(t, method, path, body)
		if reply.Status/100 != 2 {
			t.Fatalf("%s %s answers %d: %s", method, path, reply.Status, reply.Body)
		}
		return reply.Object(t)
	}
	app := made("POST", "/api/v1/app", object{"name": marker, "metadata": object{"note": marker}})["id"].(string)
	path := "/api/v1/app/" + app
	endpoint := made("POST", path+"/endpoint", object{
		"url": url + "/" + marker, "description": marker, "headers": object{"X-Note": marker},
	})["id"].(string)
	source := made("POST", sourcesPath, with(keyed(), object{"name": marker, "application": app}))
	if status := post(t, source["ingestUrl"].(string)+"?key="+sourceKey, `{"note":"`+marker+`"}`); status/100 != 2 {
		t.Fatalf("the source answers %d", status)
	}
	holder := tenant{marker: marker, url: url, placeholders: map[string]string{
		"app_id": app, "endpoint_id": endpoint, "source_id": source["id"].(string), "event_type_name": "matrix.known",
	}}
	holder.portal = made("POST", "/api/v1/auth/app-portal-access/"+app, object{})["token"].(string)
	created := harness.Run(t, s.Database, "token", "create", "--name", marker, "--scope", "application", "--application", app)
	holder.application = strings.TrimSpace(created.Stdout)
	holder.awaitHistory(t, s)
	return holder
}

// awaitHistory waits for the delivery of the received webhook and notes what the API calls its parts.
func (h tenant) awaitHistory(t *testing.T, s *harness.Server) {
	t.Helper()
	first := func(path string) object {
		data, _ := s.Do(t, http.MethodGet, path, nil).Object(t)["data"].([]any)
		if len(data) == 0 {
			return nil
		}
		return data[0].(object)
	}
	harness.Eventually(t, "the webhook is delivered", func() bool {
		attempt := first("/api/v1/app/" + h.placeholders["app_id"] + "/attempt/endpoint/" + h.placeholders["endpoint_id"])
		received := first(sourcesPath + "/" + h.placeholders["source_id"] + "/received?status=done")
		if attempt == nil || received == nil {
			return false
		}
		h.placeholders["msg_id"], _ = attempt["msgId"].(string)
		h.placeholders["attempt_id"], _ = attempt["id"].(string)
		h.placeholders["received_id"], _ = received["id"].(string)
		return true
	})
}

// path fills the placeholders of an operation's path. Those in other replace the tenant's own.
func (h tenant) path(template string, other map[string]string) string {
	parts := strings.Split(template, "/")
	for i, part := range parts {
		name, isPlaceholder := strings.CutPrefix(strings.TrimSuffix(part, "}"), "{")
		if !isPlaceholder {
			continue
		}
		parts[i] = h.placeholders[name]
		if value, replaced := other[name]; replaced {
			parts[i] = value
		}
	}
	return strings.Join(parts, "/")
}

// example returns a valid body for a request schema of the document, or nil if there is none yet. Every POST of the
// same body succeeds, so names that must be unique are left out of those.
func (h tenant) example(schema string) object {
	app := object{"name": h.marker, "throttleRate": 60000, "metadata": object{"note": h.marker}}
	endpoint := object{
		"url": h.url + "/" + h.marker, "description": h.marker, "eventTypes": []any{"matrix.known", "none.received"}, "channels": []any{h.marker},
		"throttleRate": 60000, "metadata": object{"note": h.marker}, "disabled": false,
	}
	rules := object{
		"name": h.marker, "rateLimit": 60000, "maxBody": 1000, "methods": []any{"POST"}, "contentTypes": []any{"application/json"},
		"metadata": object{"note": h.marker}, "forward": object{"channels": []any{h.marker}, "eventTypes": []any{"a"}, "headers": []any{"X-A"}, "prefix": "a."},
		"dedupe": object{"by": "json:id", "windowSeconds": 86400}, "keep": object{"doneHours": 5, "failedHours": 5, "newHours": 5},
		"answer": object{"status": 202, "contentType": "application/json", "body": "{}"},
	}
	types := object{
		"description": "d", "schemas": object{"1": object{"type": "object"}}, "enforceSchema": false, "groupName": "g",
		"featureFlag": "f", "featureFlags": []any{"f"}, "archived": false, "deprecated": false,
	}
	headers := object{"headers": object{"X-Note": h.marker}}
	return map[string]object{
		"ApplicationIn": app, "ApplicationPatch": app,
		"EndpointIn":     with(endpoint, object{"headers": headers["headers"], "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}),
		"EndpointUpdate": endpoint, "EndpointPatch": endpoint,
		"EndpointHeadersIn": headers, "EndpointHeadersPatchIn": with(headers, object{"deleteHeaders": []any{"X-Gone"}}),
		"EndpointSecretRotateIn": {"key": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "gracePeriodSeconds": 0},
		"EventTypeIn":            with(types, object{"name": "matrix.new"}), "EventTypeUpdate": types, "EventTypePatch": types,
		"EventExampleIn":    {"eventType": "matrix.known"},
		"RecoverIn":         {"since": "2099-01-01T00:00:00Z", "until": "2099-01-02T00:00:00Z"},
		"AppPortalAccessIn": {"expiry": 3600, "featureFlags": []any{}},
		"MessageIn": {
			"eventType": "matrix.known", "payload": object{"note": h.marker}, "channels": []any{h.marker}, "payloadRetentionPeriod": 5,
			"application": object{"name": h.marker},
		},
		"SourceIn":       with(rules, keyed()),
		"SourcePatch":    with(rules, object{"options": keyed()["options"]}),
		"SourceSecretIn": {"secret": sourceKey, "gracePeriodSeconds": 0},
	}[schema]
}

const sourceKey = "a-key-of-some-length"

// keyed is what a source says about its sender: a key in the query.
func keyed() object {
	return object{"provider": "api-key", "options": object{"in": "query", "name": "key"}, "secrets": []any{sourceKey}}
}

// with returns a copy of base with further members.
func with(base, further object) object {
	all := object{}
	for _, part := range []object{base, further} {
		for name, value := range part {
			all[name] = value
		}
	}
	return all
}
