package pack

import "github.com/posthorn/posthorn/internal/hook"

// SourceSecrets keeps a source's sealed secrets as a JSON array: they are read and replaced together.
func SourceSecrets(secrets []hook.SourceSecret) string {
	if len(secrets) == 0 {
		return "[]"
	}
	return text(secrets)
}

// Rules keeps what the owner of a source chose as a JSON object.
func Rules(rules hook.SourceRules) string { return text(rules) }
