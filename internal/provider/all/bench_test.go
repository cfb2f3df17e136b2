package all_test

import (
	"testing"

	"github.com/posthorn/posthorn/internal/provider/all"
)

// BenchmarkJudge shows what a verified request costs, without storing it.
func BenchmarkJudge(b *testing.B) {
	for _, s := range []sample{githubSample(), stripeSample(), hubspotV3Sample(), standardWebhooksSample(), discordSample()} {
		p, err := all.Catalog().ByName(s.provider)
		if err != nil {
			b.Fatal(err)
		}
		facts, err := p.FactsOf(s.options)
		if err != nil {
			b.Fatal(err)
		}
		c := s.signed(s.secret, stampIn(facts.Stamp.Unit, noon()))
		b.Run(s.name(), func(b *testing.B) {
			for b.Loop() {
				if _, err := p.Judge(b.Context(), c); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
