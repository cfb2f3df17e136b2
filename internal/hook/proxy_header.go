package hook

import (
	"slices"
	"strings"
)

// SetByProxies reports whether a header of this name, in whatever case, is one that receivers believe because a proxy of their
// own sets it: where a request came from, which address it asked for, and who was authenticated. No user may choose its
// value. Underscores and full stops count as hyphens, which CGI makes of both (RFC 3875, section 4.1.18).
func SetByProxies(name string) bool {
	name = strings.NewReplacer("_", "-", ".", "-").Replace(strings.ToLower(name))
	switch name {
	case "via", "forwarded", "proxy", // CGI makes HTTP_PROXY of the last, by which many programs choose a proxy
		"x-real-ip", "x-client-ip", "x-cluster-client-ip", "x-appengine-user-ip", "x-azure-clientip", "x-azure-socketip",
		"true-client-ip", "client-ip", "cf-connecting-ip", "cf-connecting-ipv6", "cf-pseudo-ipv4", "cf-ipcountry", "cf-visitor",
		"fastly-client-ip", "fly-client-ip", "do-connecting-ip", "x-envoy-external-address", "x-envoy-original-path",
		"x-nf-client-connection-ip", "x-vercel-forwarded-for", "x-vercel-proxied-for", "x-arr-clientcert", "x-arr-ssl",
		"front-end-https", "x-url-scheme", "x-host", "x-method-override", "x-http-method", "x-http-method-override",
		"x-original-url", "x-original-uri", "x-original-host", "x-original-method", "x-rewrite-url", "x-remote-user", "x-remote-addr", "x-remote-ip":
		return true
	}
	return slices.ContainsFunc([]string{
		"proxy-", "x-forwarded-", "x-original-forwarded-", "remote-", "x-client-cert", "x-ssl-", "ssl-", "x-amzn-oidc-", "x-goog-iap-", "x-goog-authenticated-user-",
	}, func(prefix string) bool { return strings.HasPrefix(name, prefix) }) || name == "x-forwarded"
}
