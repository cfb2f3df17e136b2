package api

import (
	"errors"

	"github.com/danielgtaylor/huma/v2"

	"github.com/posthorn/posthorn/internal/fault"
)

// Resolve refuses what a PATCH does not change, and says what does.
func (p *SourcePatch) Resolve(_ huma.Context, at *huma.PathBuffer) []error {
	var problems []error
	for _, field := range []struct {
		there        mentioned
		name, advice string
	}{
		{p.Provider, "provider", "PATCH cannot change the provider: replace the source with PUT, or make a new one."},
		{p.Type, "type", "PATCH cannot change the type: replace the source with PUT, or make a new one."},
		{p.Config, "config", "PATCH takes no config: use secrets and options, or replace the source with PUT."},
		{p.Application, "application", movesNever},
	} {
		if field.there {
			problems = append(problems, &huma.ErrorDetail{Location: at.With(field.name), Message: field.advice})
		}
	}
	return problems
}

const movesNever = "The application of a source cannot be changed: make a new source."

// asSaid names the field of an error as the caller wrote it: who names a type may have a config in place of secrets
// and options.
func (in SourceIn) asSaid(err error) error {
	t, typed := sourceTypes()[in.Type]
	if in.Provider != "" || !typed {
		return err
	}
	if in.Config[t.secret] != nil {
		err = renamed(err, "secrets", "config."+t.secret)
	}
	for key, option := range t.options {
		if _, said := in.Options[option]; !said {
			err = renamed(err, "options."+option, "config."+key)
		}
	}
	return err
}

// renamed returns an error about the field from as one about the field to, and any other as it is.
func renamed(err error, from, to string) error {
	var f *fault.Error
	if !errors.As(err, &f) || f.Field != from {
		return err
	}
	same := *f
	same.Field = to
	return &same
}
