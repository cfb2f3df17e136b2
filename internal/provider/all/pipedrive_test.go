package all_test

func pipedriveSample() sample {
	return sample{
		provider: "pipedrive", secret: "hook:pass", foreign: "hook:other",
		body: `{"data":{"id":8},"previous":null,"meta":{"action":"create","entity":"deal","entity_id":"8","correlation_id":"4095519f-02cb",` +
			`"id":"71825ee0-0054","timestamp":"2026-03-01T11:59:58.089Z","version":"2.0","attempt":1}}`,
		sign: signBasic,
		id:   "4095519f-02cb:71825ee0-0054", kind: "create.deal",
	}
}

func pipedriveV1Sample() sample {
	s := pipedriveSample()
	s.body = `{"v":1,"meta":{"v":1,"action":"added","object":"deal","id":8,"timestamp":1772366398,"timestamp_micro":1772366398384700},"retry":0,"event":"added.deal"}`
	s.id, s.kind = "added.deal:8:1772366398384700", "added.deal"
	return s
}
