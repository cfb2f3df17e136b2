package all_test

func resendSample() sample {
	return sample{
		provider: "resend", secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", foreign: "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
		body: `{"type":"email.delivered","created_at":"2026-03-01T11:59:58.000Z","data":{"email_id":"56761188-7520"}}`,
		sign: signStandard("Svix"),
		id:   "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W", kind: "email.delivered",
	}
}
