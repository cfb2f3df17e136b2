package app

import (
	"net/http"
	"runtime/pprof"
	"strconv"
	"strings"
	"time"
)

// maxProfile is the longest processor profile: it must fit into the server's time to write an answer.
const maxProfile = 60

// profiles serves the runtime's profiles below /debug/pprof/, for admins. net/http/pprof would add
// itself to the default mux of whatever program we are part of.
func profiles() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, "/debug/pprof/")
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if name == "profile" {
			profileProcessor(w, r)
			return
		}
		profile := pprof.Lookup(name)
		if profile == nil {
			http.NotFound(w, r)
			return
		}
		_ = profile.WriteTo(w, 0) // the asker went away
	})
}

// profileProcessor records where processor time goes for ?seconds=, 30 unless given.
func profileProcessor(w http.ResponseWriter, r *http.Request) {
	seconds, err := strconv.Atoi(r.URL.Query().Get("seconds"))
	if err != nil || seconds < 1 || seconds > maxProfile {
		seconds = 30
	}
	if pprof.StartCPUProfile(w) != nil {
		http.Error(w, "A profile is being recorded already.", http.StatusConflict)
		return
	}
	defer pprof.StopCPUProfile()
	select {
	case <-time.After(time.Duration(seconds) * time.Second):
	case <-r.Context().Done():
	}
}
