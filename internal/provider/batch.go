package provider

import (
	"slices"
	"strings"

	"github.com/posthorn/posthorn/internal/bodypath"
)

// Bounds on what is looked at of a batch. No provider sends larger ones, and whoever signs may still be malicious.
const (
	maxBatch      = 10_000 // events of one body
	maxBatchTypes = 100
)

// Types returns the types of the events of a body that is a batch, each once. A declaration says where the first event's
// type stands, which is that of the webhook; the others stand at the same place of the other items. It returns none if
// the provider sends no batches.
func (p Provider) Types(body []byte) []string {
	var all []string
	for _, piece := range alternatives(p.Type) {
		list, ok := listOf(piece)
		if !ok {
			continue
		}
		n := 0
		list.Items(body, func(item string) bool {
			kind, ok := itemView{body, list, item}.read(piece)
			if ok && kind != "" && !slices.Contains(all, kind) {
				all = append(all, kind)
			}
			n++
			return n < maxBatch && len(all) < maxBatchTypes
		})
	}
	return all
}

// alternatives returns the pieces of which the first that is there counts.
func alternatives(p Piece) []Piece {
	if p.kind == first {
		return p.of
	}
	return []Piece{p}
}

// listOf returns the path of the list in whose first item a piece stands; the zero Path is the body itself.
func listOf(p Piece) (list bodypath.Path, ok bool) {
	if p.kind == jsonPath {
		list, _, ok = p.path.Batch()
		return list, ok
	}
	for _, of := range p.of {
		if list, ok = listOf(of); ok {
			return list, true
		}
	}
	return bodypath.Path{}, false
}

// itemView is a body of which one item is looked at in place of the first.
type itemView struct {
	body []byte
	list bodypath.Path
	item string // JSON
}

func (v itemView) read(p Piece) (text string, ok bool) {
	switch p.kind {
	case jsonPath:
		return v.readPath(p.path)
	case optional:
		text, _ = v.read(p.of[0])
		return text, true
	case joined:
		parts := make([]string, len(p.of))
		for i, of := range p.of {
			if parts[i], ok = v.read(of); !ok {
				return "", false
			}
		}
		return strings.Join(parts, p.name), true
	}
	return "", false
}

func (v itemView) readPath(path bodypath.Path) (string, bool) {
	if list, rest, ok := path.Batch(); ok && list == v.list {
		return rest.Get(v.item)
	}
	return path.GetBytes(v.body)
}
