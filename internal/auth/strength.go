package auth

import (
	"strings"

	"github.com/posthorn/posthorn/internal/fault"
)

// Least strength of an admin token.
const (
	minAdmin    = 24
	minDistinct = 10
	minOwn      = 16 // letters and digits that are not part of a well-known word
)

// CheckAdminToken refuses an admin token that could be guessed, or that a client could not send. The
// error says how to make a good one and does not quote it.
func CheckAdminToken(text string) error {
	switch {
	case strings.TrimSpace(text) == "":
		return weak("is empty")
	case len(text) < minAdmin:
		return weak("is too short: it needs at least 24 characters")
	case len(text) > maxBearer:
		return weak("is too long")
	case strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }):
		return weak("has white space or characters that are not ASCII")
	case distinct(text) < minDistinct:
		return weak("has too few different characters: it needs at least 10")
	case isWellKnown(text):
		return weak("is made of well-known words or rows of the keyboard")
	case endsInRegion(text):
		return weak("ends like a region: client libraries would send it to somebody else's server")
	}
	return nil
}

func weak(why string) error {
	return fault.In("admin_token", "weak_admin_token",
		"The admin token %s; make one with `openssl rand -hex 24`, or leave it unset to have one generated at the first start.", why)
}

func distinct(text string) int {
	seen := map[rune]bool{}
	for _, r := range text {
		seen[r] = true
	}
	return len(seen)
}

// isWellKnown reports whether little is left of the text without the words of example files and the
// first guesses of every attacker, however they are punctuated. A long text may hold one by chance.
func isWellKnown(text string) bool {
	letters := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(text))
	for _, word := range []string{
		"changeme", "changethis", "replaceme", "replacethis", "password", "passw0rd", "letmein", "yourtoken",
		"yoursecret", "yourkey", "placeholder", "example", "supersecret", "topsecret", "notsecure", "insecure",
		"qwertyuiop", "qwerty", "asdfghjkl", "asdfgh", "zxcvb", "0123456789", "123456789", "987654321", "abcdefgh", "deadbeef",
	} {
		letters = strings.ReplaceAll(letters, word, "")
	}
	return len(letters) < minOwn
}

// endsInRegion reports what the client libraries would take for the region of their vendor's cloud.
func endsInRegion(text string) bool {
	for _, region := range []string{".us", ".eu", ".in", ".ca", ".au"} {
		if strings.HasSuffix(strings.ToLower(text), region) {
			return true
		}
	}
	return false
}
