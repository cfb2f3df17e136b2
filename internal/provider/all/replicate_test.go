package all_test

func replicateSample() sample {
	s := standardSample()
	s.provider = "replicate"
	s.body = `{"id":"ufawqhfynnddngldkgtslldrkq","version":"5c7d5dc6","created_at":"2026-03-01T11:59:58Z","status":"starting"}`
	s.kind = "starting"
	return s
}
