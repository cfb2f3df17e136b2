package api

import (
	"bytes"
	"strings"
)

// space is what JSON takes for white space.
const space = " \t\r\n"

// members calls each with every member of an object, in order, until it fails. text is a JSON object
// known to be valid; key and value are parts of it. A parser would read a copy of the whole text, and a
// published body is almost all payload, which nobody here reads.
func members(text []byte, each func(key, value []byte) error) error {
	at := bytes.IndexByte(text, '{') + 1
	for {
		at = skip(text, at, space+",")
		if text[at] == '}' {
			return nil
		}
		key := text[at:valueEnd(text, at)]
		at = skip(text, at+len(key), space+":")
		value := text[at:valueEnd(text, at)]
		at += len(value)
		if err := each(key, value); err != nil {
			return err
		}
	}
}

// skip returns the first place from at on that holds none of the bytes in what.
func skip(text []byte, at int, what string) int {
	for strings.IndexByte(what, text[at]) >= 0 {
		at++
	}
	return at
}

// valueEnd returns the place behind the value that begins at at.
func valueEnd(text []byte, at int) int {
	switch text[at] {
	case '"':
		return stringEnd(text, at)
	case '{', '[':
		return bracketEnd(text, at)
	}
	return at + bytes.IndexAny(text[at:], space+",]}") // a number or a word
}

// stringEnd returns the place behind the string that begins at at: behind the first quote with an even
// number of backslashes in front of it.
func stringEnd(text []byte, at int) int {
	for end := at + 1; ; end++ {
		end += bytes.IndexByte(text[end:], '"')
		slashes := end
		for text[slashes-1] == '\\' {
			slashes--
		}
		if (end-slashes)%2 == 0 {
			return end + 1
		}
	}
}

// bracketEnd returns the place behind the object or list that begins at at.
func bracketEnd(text []byte, at int) int {
	for depth := 0; ; at++ {
		switch text[at] {
		case '"':
			at = stringEnd(text, at) - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return at + 1
			}
		}
	}
}
