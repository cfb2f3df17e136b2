package all_test

func openAISample() sample {
	s := standardSample()
	s.provider = "openai"
	s.body = `{"id":"evt_685c059ae3a4","object":"event","created_at":1772366398,"type":"response.completed","data":{"id":"resp_123"}}`
	s.kind = "response.completed"
	return s
}
