package all_test

import (
	"strings"
	"testing"
)

func jotformSample() sample {
	return sample{
		provider: "jotform", secret: "long-random-text", foreign: "other-random-text", query: "a=b",
		contentType: "multipart/form-data; boundary=b-1",
		body: "--b-1\r\nContent-Disposition: form-data; name=\"submissionID\"\r\n\r\n5320000000000000000\r\n" +
			"--b-1\r\nContent-Disposition: form-data; name=\"rawRequest\"\r\n\r\n{\"q3_name\":\"Søren\"}\r\n--b-1--\r\n",
		sign: func(s signing) { s.Query += "&key=" + s.secret },
		id:   "5320000000000000000:" + digestOf(`{"q3_name":"Søren"}`), kind: "submission",
	}
}

func TestJotformBoundaryDoesNotMakeAnotherSubmission(t *testing.T) {
	t.Parallel()
	s := jotformSample()
	again := s
	again.contentType, again.body = "multipart/form-data; boundary=c-2", strings.ReplaceAll(s.body, "b-1", "c-2")

	a, err := s.declared(t).Judge(t.Context(), s.good(t))
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.declared(t).Judge(t.Context(), again.good(t))

	if err != nil || a.Key != b.Key {
		t.Errorf("%q, %q: %v", a.Key, b.Key, err)
	}
}
