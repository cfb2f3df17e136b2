package id_test

import (
	"crypto/rand"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/ksuid"
	"pgregory.net/rapid"

	"github.com/posthorn/posthorn/internal/id"
)

func TestTextIsTheOneOfKSUID(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var raw id.ID
		copy(raw[:], rapid.SliceOfN(rapid.Byte(), 20, 20).Draw(t, "raw"))
		oracle, err := ksuid.FromBytes(raw[:])
		if err != nil {
			t.Fatal(err)
		}

		text := id.Message.Text(raw)
		back, err := id.Message.Parse(text)

		if want := "msg_" + oracle.String(); text != want {
			t.Fatalf("got %s, want %s", text, want)
		}
		if err != nil || back != raw {
			t.Fatalf("%s came back as %x, %v", text, back, err)
		}
	})
}

func TestIDsSortInTheOrderTheyWereMadeEvenWhenTheClockStepsBack(t *testing.T) {
	t.Parallel()
	source := id.NewSource(rand.Reader)
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	previous := source.New(now)

	for step := range 1000 {
		next := source.New(now.Add(-time.Duration(step) * time.Millisecond))

		if next.Compare(previous) <= 0 || id.Message.Text(next) <= id.Message.Text(previous) {
			t.Fatalf("id %d does not sort after the one before it", step)
		}
		previous = next
	}
}

func TestFloorSortsBeforeEveryIDOfItsInstant(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 123456789, time.UTC)

	made := id.NewSource(rand.Reader).New(now)

	if id.Floor(now).Compare(made) > 0 || id.Floor(now.Add(1)).Compare(made) <= 0 {
		t.Fatal("floor does not enclose the instant")
	}
	if !made.Time().Equal(now) {
		t.Fatalf("the id says %s, it was made at %s", made.Time(), now)
	}
}

func TestWhatIsNoIDIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "msg_", "ep_2ZzYabcdefghijklmnopqrstuvw", "msg_aWgEPTl1tmebfsQzFP4bxwgy80W", // over the largest
		"msg_0000000000000000000000000-0", "msg_00000000000000000000000000",
	} {
		if _, err := id.Message.Parse(text); err == nil {
			t.Errorf("%q was taken for an id", text)
		}
	}
}

func BenchmarkNew(b *testing.B) {
	source := id.NewSource(rand.Reader)
	now := time.Now()
	for b.Loop() {
		source.New(now)
	}
}

func BenchmarkText(b *testing.B) {
	made := id.NewSource(rand.Reader).New(time.Now())
	buffer := make([]byte, 0, 64)
	for b.Loop() {
		buffer = id.Message.Append(buffer[:0], made)
	}
}

func TestIDInALogIsReadable(t *testing.T) {
	t.Parallel()
	one := id.NewSource(rand.Reader).New(time.Now())
	want := strings.TrimPrefix(id.Endpoint.Text(one), "ep_")
	text, object := &strings.Builder{}, &strings.Builder{}

	slog.New(slog.NewTextHandler(text, nil)).Info("seen", "id", one)
	slog.New(slog.NewJSONHandler(object, nil)).Info("seen", "id", one)

	if !strings.Contains(text.String(), "id="+want) || !strings.Contains(object.String(), `"id":"`+want+`"`) {
		t.Errorf("got %s and %s", text, object)
	}
}
