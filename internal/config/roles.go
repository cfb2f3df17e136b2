package config

import (
	"slices"
	"strings"
)

// The roles of a node.
const (
	RoleAPI      = "api"      // serves the API
	RoleDeliver  = "deliver"  // sends
	RoleReceive  = "receive"  // takes webhooks in
	RoleMaintain = "maintain" // does the chores
)

// Roles is what a node does.
type Roles []string

// UnmarshalText reads roles separated by commas.
func (r *Roles) UnmarshalText(text []byte) error {
	var roles Roles
	for _, word := range fields(string(text)) {
		word = strings.ToLower(word)
		if !slices.Contains(AllRoles(), word) {
			return reasonf("there is no role %q; the roles are %s", word, strings.Join(AllRoles(), ", "))
		}
		if !slices.Contains(roles, word) {
			roles = append(roles, word)
		}
	}
	if len(roles) == 0 {
		return errValue
	}
	*r = roles
	return nil
}

// AllRoles returns every role there is.
func AllRoles() []string { return []string{RoleAPI, RoleDeliver, RoleReceive, RoleMaintain} }

// Has reports whether the node has a role.
func (r Roles) Has(role string) bool { return slices.Contains(r, role) }
