package all_test

func muxSample() sample {
	return sample{
		provider: "mux", secret: "signing secret 1", foreign: "signing secret 2",
		body: `{"type":"video.asset.ready","id":"3a56ac3d-33da","data":{"status":"ready"},"created_at":"2026-03-01T11:59:58.000000Z","attempts":[]}`,
		sign: func(s signing) {
			s.Header.Set("Mux-Signature", "t="+s.stamp+",v1="+hex256(s.secret, s.stamp, ".", s.text()))
		},
		id: "3a56ac3d-33da", kind: "video.asset.ready",
	}
}
