package provider

import "context"

// AnyOf takes what any of its schemes takes. It is for spellings of one proof that are equally strong, never for an
// old scheme beside a new one: whoever forges picks the weaker.
type AnyOf []Scheme

// Verify implements Scheme. It returns the first scheme's refusal.
func (s AnyOf) Verify(ctx context.Context, c *Check) (Proof, error) {
	refusal := Refuse(UnknownScheme, "scheme")
	for i, one := range s {
		proof, err := one.Verify(ctx, c)
		if err == nil {
			return proof, nil
		}
		if i == 0 {
			refusal = err
		}
	}
	return Proof{}, refusal
}

// Accept implements Scheme.
func (s AnyOf) Accept(secret Secret) error {
	refusal := Refuse(UnknownScheme, "scheme")
	for _, one := range s {
		if refusal = one.Accept(secret); refusal == nil {
			return nil
		}
	}
	return refusal
}

// Facts implements Scheme.
func (s AnyOf) Facts() Facts {
	if len(s) == 0 {
		return Facts{Family: "none", Keyed: true}
	}
	return s[0].Facts()
}
