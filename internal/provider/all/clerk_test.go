package all_test

func clerkSample() sample {
	s := svixSample()
	s.provider = "clerk"
	s.body = `{"data":{"id":"user_29w83sxmDNGwOuEthce5gg56FcC"},"object":"event","timestamp":1772366398835,"type":"user.created"}`
	s.kind = "user.created"
	return s
}
