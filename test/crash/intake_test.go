package crash_test

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/posthorn/posthorn/test/crash"
	"github.com/posthorn/posthorn/test/harness"
)

//nolint:paralleltest // two servers under load on one machine would only slow each other down
func TestNothingReceivedIsLostWhenTheProcessIsKilled(t *testing.T) {
	args := []string{"-binary", harness.Binary(t), "-kills", "4", "-keep", t.TempDir()}
	if long := os.Getenv("POSTHORN_TEST_CRASH_TIME"); long != "" {
		args = append(args, "-duration", long, "-drain", "10m")
	}
	var out bytes.Buffer

	code := crash.MainIntake(t.Context(), args, &out)

	t.Log(&out)
	if code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// The control: a server that answers before it commits must be caught, or the test above would prove nothing.
//
//nolint:paralleltest // as above
func TestAnsweringAWebhookBeforeTheCommitIsCaught(t *testing.T) {
	var out bytes.Buffer

	code := crash.MainIntake(t.Context(), []string{
		"-binary", harness.BinaryWith(t, "posthorn_ack_before_commit"), "-kills", "3", "-rate", "0", "-patience", "4s",
	}, &out)

	if code != 3 || !strings.Contains(out.String(), crash.RuleNotKept) {
		t.Errorf("exit code %d\n%s", code, &out)
	}
}

func TestIntakeThatKeepsThePromisePasses(t *testing.T) {
	t.Parallel()

	if found := crash.CheckIntake(intake()); len(found) != 0 {
		t.Errorf("found %v", found)
	}
}

func TestEveryBrokenPromiseToASenderIsCaught(t *testing.T) {
	t.Parallel()
	for rule, doctor := range map[string]func(*crash.Intake){
		crash.RuleNotKept:      func(i *crash.Intake) { i.Kept = i.Kept[1:] },
		crash.RuleKeptTwice:    func(i *crash.Intake) { i.Kept = append(i.Kept, i.Kept[0]) },
		crash.RuleNeverSent:    func(i *crash.Intake) { i.Kept[0].Digest = "x" },
		crash.RuleNotProcessed: func(i *crash.Intake) { i.Kept[1].Status = "processing" },
		crash.RuleNotForwarded: func(i *crash.Intake) { i.Arrivals[0].Status = 500 },
		crash.RuleMessageExtra: func(i *crash.Intake) { i.Messages = append(i.Messages, "msg_3") },
	} {
		i := intake()
		doctor(&i)

		found := crash.CheckIntake(i)

		if !slices.ContainsFunc(found, func(v crash.Violation) bool { return v.Rule == rule }) {
			t.Errorf("want %q, found %v", rule, found)
		}
	}
}

// intake is a short run that keeps the promise: a webhook, one whose answer was cut off, and one that never arrived.
func intake() crash.Intake {
	return crash.Intake{
		Sent: []crash.Sent{{Digest: "a", Status: 200}, {Digest: "b"}, {Digest: "b", Status: 503}, {Digest: "c"}},
		Kept: []crash.Kept{
			{ID: "rcv_1", Digest: "a", Status: "done", Message: "msg_1"}, {ID: "rcv_2", Digest: "b", Status: "done", Message: "msg_2"},
		},
		Messages: []string{"msg_1", "msg_2"},
		Arrivals: []crash.Arrival{{Message: "msg_1", Status: 204}, {Message: "msg_2", Status: 204}, {Message: "msg_2", Status: 204}},
	}
}
