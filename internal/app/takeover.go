package app

import (
	"context"

	"github.com/posthorn/posthorn/internal/directory"
	"github.com/posthorn/posthorn/internal/egress"
	"github.com/posthorn/posthorn/internal/secret"
	"github.com/posthorn/posthorn/internal/takeover"
	"github.com/posthorn/posthorn/internal/transfer"
	"github.com/posthorn/posthorn/internal/transfer/svix"
)

// Takeover is what a person says about the server that is left behind.
type Takeover struct {
	URL       string
	Token     secret.String
	PlainHTTP bool // send the token in clear to another machine
	Update    bool // overwrite what is here
	Progress  func(svix.Report)
}

// TakeOver takes over what is set up at another server into the settings' database, which need not be empty.
// Endpoints may point to where the settings let them.
func (m Move) TakeOver(ctx context.Context, o Takeover) (report svix.Report, err error) {
	source, err := takeover.New(o.URL, o.Token, o.PlainHTTP)
	if err != nil {
		return report, err
	}
	policy, err := egress.NewPolicy(egress.Options{AllowNetworks: m.Config.AllowNetworks.Strings(), AllowHTTP: m.Config.AllowHTTP})
	if err != nil {
		return report, err
	}
	err = m.into(ctx, func(b *base) (err error) {
		if err := transfer.CheckWhole(ctx, b.store); err != nil {
			return err
		}
		report, err = svix.Takeover{
			From: source, To: b.store, Vault: directory.NewVault(b.box), Policy: policy, Update: o.Update, Now: m.Clock.Now(), Progress: o.Progress,
		}.Run(ctx)
		return err
	})
	return report, err
}
