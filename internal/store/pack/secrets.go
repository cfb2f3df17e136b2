package pack

import "github.com/posthorn/posthorn/internal/hook"

// Secrets keeps an endpoint's sealed keys as a JSON array: they are read and replaced together.
func Secrets(secrets []hook.EndpointSecret) string {
	if len(secrets) == 0 {
		return "[]"
	}
	return text(secrets)
}
