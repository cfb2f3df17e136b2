package contract_test

import (
	"bytes"
	"net/http"
	"testing"

	"github.com/posthorn/posthorn/test/harness"
)

const (
	sourcesPath        = "/ingest/api/v1/source"
	sourcePath         = sourcesPath + "/{source_id}"
	sourceEndpointPath = sourcePath + "/endpoint/{endpoint_id}"
	receivedPath       = sourcePath + "/received/{received_id}"
)

func (s *surface) callSources(t *testing.T, url string) {
	t.Helper()
	shop := []string{"shop"}
	in := object{"name": "Shop", "uid": "shop", "provider": "none", "forward": object{"prefix": "shop."}, "keep": object{"doneHours": 5}}
	made := s.call(t, "POST "+sourcesPath, nil, in, http.StatusCreated).Object(t)
	s.call(t, "POST "+sourcesPath, nil, object{"name": "S", "type": "github", "config": object{"secret": "x"}}, http.StatusCreated)
	s.call(t, "POST "+sourcesPath, nil, in, http.StatusConflict)
	s.call(t, "POST "+sourcesPath, nil, object{"name": "S", "provider": "nobody"}, http.StatusUnprocessableEntity)
	s.call(t, "GET "+sourcesPath, nil, nil, http.StatusOK)
	s.call(t, "GET "+sourcePath, shop, nil, http.StatusOK)
	s.call(t, "PUT "+sourcePath, shop, in, http.StatusOK)
	s.call(t, "PUT "+sourcePath, []string{"other"}, object{"name": "Other", "provider": "github"}, http.StatusCreated)
	s.call(t, "PATCH "+sourcePath, shop, object{"rateLimit": 100, "answer": object{"status": 202}}, http.StatusOK)
	s.call(t, "POST "+sourcePath+"/secret/rotate", []string{"other"}, object{"secret": "x"}, http.StatusNoContent)
	s.callSourceEndpoints(t, url)
	address, _ := made["ingestUrl"].(string)
	application, _ := made["application"].(string)
	s.callReceived(t, address, application)
	s.call(t, "POST "+sourcePath+"/token/rotate", shop, nil, http.StatusOK)
	s.call(t, "DELETE "+sourcePath, shop, nil, http.StatusNoContent)
}

func (s *surface) callSourceEndpoints(t *testing.T, url string) {
	t.Helper()
	one := []string{"shop", "ep"}
	s.call(t, "POST "+sourcePath+"/endpoint", []string{"shop"}, object{"url": url, "uid": "ep"}, http.StatusCreated)
	s.call(t, "GET "+sourcePath+"/endpoint", []string{"shop"}, nil, http.StatusOK)
	s.call(t, "GET "+sourceEndpointPath, one, nil, http.StatusOK)
	s.call(t, "PUT "+sourceEndpointPath, one, object{"url": url, "uid": "ep"}, http.StatusOK)
	s.call(t, "PUT "+sourceEndpointPath, []string{"shop", "new"}, object{"url": url}, http.StatusCreated)
	s.call(t, "PUT "+sourceEndpointPath+"/headers", one, object{"headers": object{"X-A": "1"}}, http.StatusNoContent)
	s.call(t, "GET "+sourceEndpointPath+"/headers", one, nil, http.StatusOK)
	s.call(t, "GET "+sourceEndpointPath+"/secret", one, nil, http.StatusOK)
	s.call(t, "POST "+sourceEndpointPath+"/secret/rotate", one, object{}, http.StatusNoContent)
	s.call(t, "DELETE "+sourceEndpointPath, []string{"shop", "new"}, nil, http.StatusNoContent)
}

func (s *surface) callReceived(t *testing.T, address, application string) {
	t.Helper()
	if status := post(t, address, `{"order":1}`); status != http.StatusAccepted {
		t.Fatalf("the source answered %d", status)
	}
	var received, message string
	harness.Eventually(t, "the webhook became a message", func() bool {
		list := s.call(t, "GET "+sourcePath+"/received?status=done&with_content=true", []string{"shop"}, nil, http.StatusOK)
		if data, _ := list.Object(t)["data"].([]any); len(data) > 0 {
			received, _ = data[0].(object)["id"].(string)
			message, _ = data[0].(object)["messageId"].(string)
		}
		return message != ""
	})
	one := []string{"shop", received}
	s.call(t, "GET "+receivedPath, one, nil, http.StatusOK)
	s.call(t, "GET "+receivedPath+"/raw", one, nil, http.StatusOK)
	s.call(t, "POST "+receivedPath+"/reprocess", one, nil, http.StatusNoContent)
	s.call(t, "GET "+messagePath+"/received", []string{application, message}, nil, http.StatusOK)
	harness.Eventually(t, "the webhook was processed again", func() bool {
		return s.call(t, "GET "+receivedPath, one, nil, http.StatusOK).Object(t)["status"] == "done"
	})
	s.call(t, "DELETE "+receivedPath+"/content", one, nil, http.StatusNoContent)
	s.call(t, "DELETE "+receivedPath, one, nil, http.StatusNoContent)
	s.call(t, "GET "+sourcePath+"/stats", []string{"shop"}, nil, http.StatusOK)
	s.call(t, "GET "+sourcePath+"/refused", []string{"shop"}, nil, http.StatusOK)
	s.call(t, "GET "+sourcePath+"/log", []string{"shop"}, nil, http.StatusOK)
}

// post sends a webhook and returns the status of the answer.
func post(t *testing.T, address, body string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, bytes.NewBufferString(body))
	harness.Check(t, err)
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	harness.Check(t, err)
	_ = answer.Body.Close()
	return answer.StatusCode
}
