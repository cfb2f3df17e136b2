package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/posthorn/posthorn/internal/config"
	"github.com/posthorn/posthorn/internal/egress"
	"github.com/posthorn/posthorn/internal/fault"
)

func TestWhatIsWrongWithAValueIsSaidInItsOwnWords(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	check(t, os.WriteFile(file, nil, 0o600))
	for assignment, want := range map[string]string{
		"RETRY_SCHEDULE=5s,soon,2h":         `: "soon" is not a duration such as 5s, 5m, 2h or 1d; it must be at most 50 durations of at most 7d, separated by commas, such as `,
		"RETRY_SCHEDULE=5s,200h":            "between 0 and 7d, not 200h; it must be",
		"RETRY_SCHEDULE=5s,8d":              "between 0 and 7d, not 8d; it must be",
		"RETRY_SCHEDULE=1.5d":               `"1.5d" is not a duration`,
		"RETRY_SCHEDULE=-1d":                `"-1d" is not a duration`,
		"ALLOW_NETWORKS=::1/128,10.0.0.5/8": ": 10.0.0.5/8 is an address in a network, write 10.0.0.0/8 for the network or 10.0.0.5/32 for the address alone; ",
		"ALLOW_NETWORKS=10.0.0.5":           ": 10.0.0.5 is an address, write 10.0.0.5/32 for that one alone; ",
		"ALLOW_NETWORKS=fd00::1":            "write fd00::1/128",
		"ALLOW_NETWORKS=backend":            `: "backend" is not a network; it must be networks such as 10.1.0.0/16`,
		"LISTEN=127.0.0.1:65536":            `: the port "65536" is no number from 0 to 65535; it must be host:port`,
		"LISTEN=127.0.0.1:http":             `the port "http" is no number`,
		"DATA=" + file:                      ": it is not a directory; it must be a folder.",
	} {
		_, err := source{env: []string{"POSTHORN_" + assignment}}.load(t)

		if fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%s gave %v, want %q", assignment, err, want)
		}
	}
}

func TestNetworksThatReachACloudsMetadataAreWarnedOf(t *testing.T) {
	t.Parallel()
	for networks, warnings := range map[string]int{
		"0.0.0.0/0": 1, "::/0": 1, "0.0.0.0/0,::/0": 2, "169.254.0.0/16": 1, "::ffff:0:0/96": 1, "fd00:ec2::/32": 1,
		"127.0.0.0/8,10.0.0.0/8,::1/128": 0, "": 0,
	} {
		l := source{env: []string{"POSTHORN_ALLOW_NETWORKS=" + networks}}.mustLoad(t)

		if len(l.Warnings) != warnings {
			t.Errorf("%q: got %q", networks, l.Warnings)
		}
		for _, warning := range l.Warnings {
			if !strings.Contains(warning, "metadata") || !strings.Contains(warning, "allow_networks") {
				t.Errorf("%q: got %q", networks, warning)
			}
		}
	}
}

func TestReferenceQuotesWhatARefusedAttemptSays(t *testing.T) {
	t.Parallel()
	var refused *fault.Error
	_, _, err := egress.Policy{}.CheckURL("http://93.184.216.34/")
	if !errors.As(err, &refused) {
		t.Fatalf("got %v", err)
	}

	var page strings.Builder
	check(t, config.WriteReference(&page))

	if !strings.Contains(page.String(), `"`+refused.Detail+`"`) {
		t.Errorf("allow_networks does not quote %q", refused.Detail)
	}
}

func TestSentencesEndOnce(t *testing.T) {
	t.Parallel()

	l := source{env: []string{"POSTHORN_LISTN=x", "POSTHORN_SOMETHING_ELSE_ENTIRELY=x"}}.mustLoad(t)
	_, near := source{file: "listn: x"}.load(t)
	_, far := source{file: "something_else_entirely: x"}.load(t)

	for _, sentence := range append(l.Warnings, near.Error(), far.Error()) {
		if strings.HasSuffix(sentence, "?.") || strings.HasSuffix(sentence, "..") ||
			!strings.HasSuffix(sentence, "?") && !strings.HasSuffix(sentence, ".") {
			t.Errorf("got %q", sentence)
		}
	}
}

func TestStrayArgumentBehindASwitchNamesTheSwitch(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"--allow-http false": "--allow-http", "--allow-http true": "--allow-http", "--allow-http=false false": "",
		"--queue 100 false": "", "--allow-http fast": "", "false": "",
	} {
		flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
		config.AddFlags(flags)
		check(t, flags.Parse(strings.Fields(line)))

		if got := config.SwitchBefore(flags, flags.Arg(0)); got != want {
			t.Errorf("%s: got %q", line, got)
		}
	}
}

func TestMistakeInTheJWTOrganizationIsReportedUnderItsOwnSetting(t *testing.T) {
	t.Parallel()
	const random = "POSTHORN_JWT_SECRET=q8Zt5vLw0xYk3Rj7Nc1Bd9Gf2Hs4Mp6Ta0"
	for _, organization := range []string{"POSTHORN_OTHER=1", "POSTHORN_JWT_ORGANIZATION=mine"} {
		_, err := source{env: []string{random, organization}}.load(t)

		if err == nil || !strings.Contains(err.Error(), "The setting jwt_organization ") || strings.Contains(err.Error(), "The setting jwt_secret") {
			t.Errorf("%s: got %v", organization, err)
		}
	}
}

func TestJWTOrganizationWithoutASecretIsWarnedOf(t *testing.T) {
	t.Parallel()
	l := source{env: []string{"POSTHORN_JWT_ORGANIZATION=org_23rb8YdGqMT0qIzpgGwdXfHirMu"}}.mustLoad(t)

	if len(l.Warnings) != 1 || !strings.Contains(l.Warnings[0], "jwt_organization has no effect without jwt_secret") {
		t.Errorf("got %q", l.Warnings)
	}
}
