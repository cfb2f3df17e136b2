package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/posthorn/posthorn/internal/app"
)

func newTokenList(e Env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List tokens, newest first",
		Long: `List the stored tokens, newest first, without their texts. An admin token that the
configuration gives is not stored and not in the list.` + tokenHelp + exits(exitMissing, exitUnavailable),
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return e.withTokens(cmd, func(ctx context.Context, desk *app.TokenDesk) error {
				rows, err := desk.List(ctx)
				if err != nil {
					return err
				}
				return writeTokens(e.Out, rows, asJSON)
			})
		},
	}
	tokenFlags(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON, one array")
	return cmd
}

func writeTokens(w io.Writer, rows []app.TokenRow, asJSON bool) error {
	if asJSON {
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		return encoder.Encode(rows)
	}
	table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tNAME\tSCOPE\tAPPLICATION\tHINT\tCREATED\tEXPIRES\tSTATE")
	for _, row := range rows {
		expires := "never"
		if row.ExpiresAt != nil {
			expires = row.ExpiresAt.Format(time.RFC3339)
		}
		fmt.Fprintf(table, "%s\t%q\t%s\t%s\t%s\t%s\t%s\t%s\n", row.ID, row.Name, row.Scope, orDash(row.Application),
			row.Hint, row.CreatedAt.Format(time.RFC3339), expires, row.State)
	}
	return table.Flush()
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
