package contract_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/test/harness"
)

// Keys of a form that the types with public keys accept.
const (
	rawPublicKey = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
	pemPublicKey = `-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDdlatRjRjogo3WojgGHFHYLugdUWAY9iR3fy4arWNA1KoS8kVw33cJibXr8bvwUAUparCwlvdbH6dvEOfou0/gCFQs
HUfQrSDv+MuSUMAe8jzKE4qW+jK+xQU9a03GUnKHkkle+Q0pX/g6jXZ7r1/xAK5Do2kQ+X5xK9cipRgEKwIDAQAB
-----END PUBLIC KEY-----`
)

// TestEverySourceTypeOfTheReferenceIsOfferedOrSaysWhyNot makes a source of each type with all keys of its config.
func TestEverySourceTypeOfTheReferenceIsOfferedOrSaysWhyNot(t *testing.T) {
	t.Parallel()
	document := reference(t, "svix-sdk-openapi.json")
	server := harness.Start(t)
	alternatives, _ := child(child(child(document.root, "components"), "schemas"), "IngestSourceIn")["oneOf"].([]any)
	types := 0

	for _, one := range alternatives {
		properties := child(one.(object), "properties")
		names, _ := child(properties, "type")["enum"].([]any)
		name, _ := names[0].(string)
		request := object{"name": name, "type": name}
		if config := child(properties, "config"); config != nil {
			request["config"] = configFor(name, document.follow(config))
		}

		reply := server.Do(t, http.MethodPost, "/ingest/api/v1/source", request)

		types++
		if name == "cron" || name == "vgs" {
			if reply.Status != http.StatusUnprocessableEntity || !strings.Contains(string(reply.Body), "is not offered, because") {
				t.Errorf("%s: %d %s", name, reply.Status, reply.Body)
			}
			continue
		}
		if made := reply.Object(t); reply.Status != http.StatusCreated || made["type"] != name || made["problem"] != nil {
			t.Errorf("%s: %d %s", name, reply.Status, reply.Body)
		}
	}
	if types < 43 {
		t.Errorf("%d types in the reference", types)
	}
}

// configFor returns a value for every key of a type's config.
func configFor(name string, schema object) object {
	config := object{}
	for key := range child(schema, "properties") {
		switch {
		case key == "publicKey" && name == "telnyx":
			config[key] = rawPublicKey
		case key == "timestampGraceSeconds":
			config[key] = 600
		case key == "publicKey":
			config[key] = pemPublicKey
		default:
			config[key] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
		}
	}
	return config
}
