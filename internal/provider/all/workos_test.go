package all_test

func workOSSample() sample {
	return sample{
		provider: "workos", secret: "FrQWzvMo0eqse22Ceyia2uuww", foreign: "LJlTiC19GmCKWs8AE0IaOQcos",
		body: `{"id":"event_07FKJ843CVE8F7BXQSPFH0M53V","event":"dsync.user.updated","data":{},"created_at":"2026-03-01T11:59:58.155Z"}`,
		sign: func(s signing) {
			s.Header.Set("WorkOS-Signature", "t="+s.stamp+", v1="+hex256(s.secret, s.stamp, ".", s.text()))
		},
		id: "event_07FKJ843CVE8F7BXQSPFH0M53V", kind: "dsync.user.updated",
	}
}
