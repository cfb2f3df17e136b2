package all

import (
	"maps"
	"slices"
	"strings"

	"github.com/posthorn/posthorn/internal/provider"
)

// The providers here are for senders that sign and have no declaration of their own: with a shared secret or with a
// private key. What a declaration would say about the signature is in the source's options.

func genericHMAC() provider.Provider {
	return challenged(provider.Provider{
		Name: "hmac", Title: "Any HMAC",
		Pages:  []provider.Page{{Title: "RFC 2104: HMAC: Keyed-Hashing for Message Authentication", URL: "https://www.rfc-editor.org/rfc/rfc2104"}},
		Note:   genericNote,
		Secret: provider.Field{Name: "Secret", Hint: "the text that both sides know; its bytes are the key unless option key says otherwise"},
		Options: slices.Concat([]provider.Option{
			{Name: "hash", Meaning: "The hash function.", Default: "sha256", Values: []string{"sha256", "sha384", "sha512", "sha1"}},
			{Name: "key", Meaning: "How the secret is written: text is used as it stands.", Default: "text", Values: []string{"text", "base64", "base64url", "hex"}},
			{Name: "key_prefix", Meaning: "What stands in front of the secret and is no part of the key, such as whsec_."},
			{Name: "encoding", Meaning: "How the signature is written.", Default: "hex", Values: []string{"hex", "base64", "base64url"}},
		}, signedOptions(), readOptions()),
		Choose: hmacScheme,
		ID:     chosen("id"), Type: chosen("type"),
	})
}

func genericPublicKey() provider.Provider {
	return challenged(provider.Provider{
		Name: "public-key", Title: "Any public key signature",
		Pages:  []provider.Page{{Title: "RFC 8032: Edwards-Curve Digital Signature Algorithm", URL: "https://www.rfc-editor.org/rfc/rfc8032"}},
		Note:   genericNote,
		Secret: provider.Field{Name: "Public key", Hint: "PEM, DER in base64, or the 32 bytes of an ed25519 key in hex or base64", Open: true},
		Options: slices.Concat([]provider.Option{
			{Name: "algorithm", Meaning: "How is signed. ecdsa-sha256 is written in ASN.1, ecdsa-sha256-p1363 as r and s.", Default: "ed25519", Values: slices.Sorted(maps.Keys(algorithms()))},
			{Name: "encoding", Meaning: "How the signature is written.", Default: "base64", Values: []string{"base64", "base64url", "hex"}},
		}, signedOptions(), readOptions()),
		Choose: publicKeyScheme,
		ID:     chosen("id"), Type: chosen("type"),
	})
}

const genericNote = "The guide [Senders that are not listed](../../guides/generic-senders.md) has worked examples."

// signedOptions say where a signature stands and what it covers.
func signedOptions() []provider.Option {
	return []provider.Option{
		{Name: "header", Meaning: "The header that carries the signature.", Default: "X-Signature"},
		{Name: "prefix", Meaning: "What stands in front of every signature, such as sha256=."},
		{Name: "separator", Meaning: "What separates the entries of the header, if it has several. One signature that matches is enough.", Values: []string{"comma", "semicolon", "space"}},
		{Name: "signature_name", Meaning: "The name of the entries that are signatures, where entries are written name=value, such as v1."},
		{Name: "timestamp_name", Meaning: "The name of the entry that is the timestamp, such as t."},
		{Name: "timestamp_header", Meaning: "The header with the timestamp, if it stands in one of its own."},
		{Name: "timestamp_format", Meaning: "How the timestamp is written: unix is seconds or milliseconds since 1970.", Default: "unix", Values: []string{"unix", "rfc3339"}},
		{Name: signedOption, Meaning: "What is signed: a text with {body}, {timestamp}, {id} (the header in id_header), {url} and {method} in it. " +
			"{timestamp}.{body} if there is a timestamp, otherwise {body}."},
	}
}

func hashes() map[string]provider.Hash {
	return map[string]provider.Hash{"sha256": provider.SHA256, "sha384": provider.SHA384, "sha512": provider.SHA512, "sha1": provider.SHA1}
}

func encodings() map[string]provider.Encoding {
	return map[string]provider.Encoding{"hex": provider.Hex, "base64": provider.Base64, "base64url": provider.Base64URL}
}

func algorithms() map[string]provider.Asymmetric {
	return map[string]provider.Asymmetric{
		"ed25519": provider.Ed25519, "rsa-sha256": provider.RSASHA256, "rsa-sha512": provider.RSASHA512, "rsa-pss-sha256": provider.RSAPSSSHA256,
		"ecdsa-sha256": provider.ECDSASHA256, "ecdsa-sha256-p1363": provider.ECDSAP1363,
	}
}

func hmacScheme(o provider.Options) (provider.Scheme, error) {
	hash, ok := hashes()[o["hash"]]
	if !ok {
		return nil, provider.Refuse(provider.BadOption, "option hash")
	}
	key := provider.KeyForm{Prefix: o["key_prefix"]}
	if o["key"] != "text" {
		key.Encoded = true
		if key.Encoding, ok = encodings()[o["key"]]; !ok {
			return nil, provider.Refuse(provider.BadOption, "option key")
		}
	}
	e, err := readSigned(o)
	if err != nil {
		return nil, err
	}
	return provider.HMAC{
		Hash: hash, Signature: e.signature, Layout: e.layout, Prefix: o["prefix"], Encoding: e.encoding, Signed: e.signed, Stamp: e.stamp, Key: key,
	}, nil
}

func publicKeyScheme(o provider.Options) (provider.Scheme, error) {
	algorithm, ok := algorithms()[o["algorithm"]]
	if !ok {
		return nil, provider.Refuse(provider.BadOption, "option algorithm")
	}
	e, err := readSigned(o)
	if err != nil {
		return nil, err
	}
	return provider.Public{
		Algorithm: algorithm, Signature: e.signature, Layout: e.layout, Prefix: o["prefix"], Encoding: e.encoding, Signed: e.signed, Stamp: e.stamp,
	}, nil
}

// signedBy is what signedOptions say.
type signedBy struct {
	signature provider.Piece
	layout    provider.Layout
	encoding  provider.Encoding
	stamp     provider.Stamp
	signed    []provider.Piece
}

func readSigned(o provider.Options) (e signedBy, err error) {
	var ok bool
	if e.encoding, ok = encodings()[o["encoding"]]; !ok || o["header"] == "" {
		return e, provider.Refuse(provider.BadOption, "option encoding or header")
	}
	e.signature = provider.Header(o["header"])
	if e.layout, err = readLayout(o); err != nil {
		return e, err
	}
	units := map[string]provider.Unit{"unix": provider.Seconds, "rfc3339": provider.RFC3339}
	if e.stamp.Unit, ok = units[o["timestamp_format"]]; !ok {
		return e, provider.Refuse(provider.BadOption, "option timestamp_format")
	}
	if name := o["timestamp_header"]; name != "" {
		e.stamp.From = provider.Header(name)
	}
	e.signed, err = readTemplate(o)
	return e, err
}

// readLayout returns how the header with the signature is laid out.
func readLayout(o provider.Options) (provider.Layout, error) {
	between, ok := map[string]string{"": "", "comma": ",", "semicolon": ";", "space": " "}[o["separator"]]
	named := o["signature_name"] != "" || o["timestamp_name"] != ""
	switch {
	case !ok:
		return provider.Layout{}, provider.Refuse(provider.BadOption, "option separator")
	case named && between == "":
		return provider.Layout{}, provider.BadChoice("separator", "Set the option separator: it separates the entries that signature_name and timestamp_name name.")
	case o["timestamp_name"] != "" && o["signature_name"] == "":
		return provider.Layout{}, provider.BadChoice("signature_name", "Set the option signature_name beside timestamp_name: it names the entries that are signatures.")
	case o["timestamp_name"] != "" && o["timestamp_header"] != "":
		return provider.Layout{}, provider.BadChoice("timestamp_name", "Set one of the options timestamp_name and timestamp_header, not both.")
	case o["timestamp_name"] != "" && o["timestamp_name"] == o["signature_name"]:
		return provider.Layout{}, provider.BadChoice("timestamp_name", "Give signature_name and timestamp_name different values.")
	case strings.Contains(o["signature_name"]+o["timestamp_name"], "="):
		return provider.Layout{}, provider.BadChoice("signature_name", "Leave the equals sign out of signature_name and timestamp_name.")
	case named:
		return provider.Pairs(between, o["signature_name"], o["timestamp_name"]), nil
	}
	return provider.List(between), nil
}
