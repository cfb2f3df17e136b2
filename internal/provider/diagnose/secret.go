package diagnose

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
	"unicode"

	"github.com/posthorn/posthorn/internal/provider"
)

// form is another way in which the same secret may have been meant. It returns the empty text where it does not apply.
type form struct {
	code string
	text string // "It is accepted if the secret ..."
	from func(s string) string
}

func secretChanges() []change {
	var list []change
	for _, f := range append(pastes(), encodings()...) {
		list = append(list, change{Secret, f.code, "The signature matches if the secret " + f.text + ".", func(c *provider.Check) bool {
			secrets, changed := make([]provider.Secret, len(c.Secrets)), false
			for i, s := range c.Secrets {
				secrets[i] = s
				if other := provider.Secret(f.from(string(s))); !other.Blank() && other != s {
					secrets[i], changed = other, true
				}
			}
			c.Secrets = secrets
			return changed
		}})
	}
	return list
}

// pastes are accidents of copying.
func pastes() []form {
	return []form{
		{"white_space", "is taken without the white space and invisible characters in it", func(s string) string {
			return strings.Map(func(r rune) rune {
				if unicode.IsSpace(r) || !unicode.IsPrint(r) {
					return -1
				}
				return r
			}, s)
		}},
		{"quotes", "is taken without the quotation marks around it", func(s string) string { return strings.Trim(strings.TrimSpace(s), "\"'`") }},
		{"assignment", "begins after the equals sign: a whole line of a settings file was pasted", func(s string) string {
			_, value, _ := strings.Cut(s, "=")
			return strings.Trim(strings.TrimSpace(value), "\"'")
		}},
		{"prefix_missing", "begins with whsec_: the prefix belongs to it", func(s string) string {
			if strings.HasPrefix(s, "whsec_") {
				return ""
			}
			return "whsec_" + strings.TrimSpace(s)
		}},
		{"prefix_added", "is taken without what stands before the first underscore", func(s string) string {
			_, value, _ := strings.Cut(s, "_")
			return value
		}},
		{"label", "is taken without the word before it, such as Bearer", func(s string) string {
			_, value, _ := strings.Cut(strings.TrimSpace(s), " ")
			return value
		}},
		{"line_breaks", `has real line breaks where \n was pasted`, func(s string) string { return strings.ReplaceAll(s, `\n`, "\n") }},
		{"url_escaped", "is taken without its URL escapes", func(s string) string {
			plain, err := url.PathUnescape(s)
			if err != nil {
				return ""
			}
			return plain
		}},
	}
}

// encodings are keys that were written in another way than the provider's.
func encodings() []form {
	body := func(s string) string { return strings.TrimPrefix(strings.TrimSpace(s), "whsec_") }
	return []form{
		{"base64_text", "is decoded from base64 first: what was pasted is not the text that the provider keys with", func(s string) string {
			raw, err := base64.StdEncoding.DecodeString(body(s))
			if err != nil {
				return ""
			}
			return string(raw)
		}},
		{"hex_text", "is decoded from hex first: what was pasted is not the text that the provider keys with", func(s string) string {
			raw, err := hex.DecodeString(body(s))
			if err != nil {
				return ""
			}
			return string(raw)
		}},
		{"raw_for_base64", "is written in base64: its bytes were pasted, and the provider's form is base64", func(s string) string {
			return base64.StdEncoding.EncodeToString([]byte(body(s)))
		}},
		{"raw_for_hex", "is written in hex: its bytes were pasted, and the provider's form is hex", func(s string) string {
			return hex.EncodeToString([]byte(body(s)))
		}},
		{"hex_for_base64", "is turned from hex into base64", func(s string) string {
			raw, err := hex.DecodeString(body(s))
			if err != nil {
				return ""
			}
			return base64.StdEncoding.EncodeToString(raw)
		}},
		{"base64url", "is written in plain base64 with its padding: it was pasted in the form for URLs", func(s string) string {
			text := strings.TrimRight(strings.NewReplacer("-", "+", "_", "/").Replace(body(s)), "=")
			return text + strings.Repeat("=", (4-len(text)%4)%4)
		}},
		{"lower_case", "is written in small letters", strings.ToLower},
		{"upper_case", "is written in capitals", strings.ToUpper},
	}
}
