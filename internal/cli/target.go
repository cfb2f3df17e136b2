package cli

import (
	"github.com/spf13/cobra"

	"github.com/posthorn/posthorn/internal/bench/remote"
)

// target returns the running server that --url names, with the token for it, and nothing without --url. The
// token is not judged by the rules for the setting of the same name: any token of the server goes.
func (e Env) target(cmd *cobra.Command, url string) (base, token string, err error) {
	if !cmd.Flags().Changed("url") {
		return "", "", nil
	}
	if _, err := remote.Address(url); err != nil {
		return "", "", err
	}
	token = e.variable(remote.TokenVariable)
	return url, token, remote.CheckToken(token)
}
