package hook_test

import (
	"testing"

	"github.com/posthorn/posthorn/internal/hook"
)

func TestHeadersThatProxiesSetAreRecognizedInEverySpelling(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Port", "X-Forwarded-Prefix", "X-Forwarded", "x_forwarded_for", "X.Real.IP",
		"True-Client-IP", "CF-Connecting-IP", "X-Real-IP", "X-Client-IP", "X-Cluster-Client-IP", "Fastly-Client-IP",
		"X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override", "Remote-User", "Proxy", "X-SSL-Client-Cert",
	} {
		if !hook.SetByProxies(name) {
			t.Errorf("%s is not recognized", name)
		}
	}
	for _, name := range []string{"X-Forward-To", "X-Real", "Client-Id", "X-Remote-Job", "Authorization", "X-Api-Key", "X-Sslcommerz", "X-Original-Event"} {
		if hook.SetByProxies(name) {
			t.Errorf("%s is nothing that proxies set", name)
		}
	}
}
