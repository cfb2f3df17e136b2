package all_test

import "testing"

func docusignSample() sample {
	return sample{
		provider: "docusign", secret: "3+6Nik6Sn0bXD5Y0gTHkBZiCSLd6Vl8i9J2UIIp8xcA=", foreign: "AAAAik6Sn0bXD5Y0gTHkBZiCSLd6Vl8i9J2UIIp8xcA=",
		body: `{"event":"envelope-completed","apiVersion":"v2.1","retryCount":3,"generatedDateTime":"2026-03-01T11:59:58.4233752Z","data":{"envelopeId":"a70a5ef2-12c4"}}`,
		sign: func(s signing) { s.Header.Set("X-DocuSign-Signature-1", base256(s.secret, s.text())) },
		id:   "envelope-completed a70a5ef2-12c4  2026-03-01T11:59:58.4233752Z", kind: "envelope-completed",
	}
}

// While keys are being replaced, ours may be any of several.
func TestDocuSignSignatureMayStandInALaterHeader(t *testing.T) {
	t.Parallel()
	s := docusignSample()
	c := s.signed(s.foreign, "")
	c.Request.Header.Set("X-DocuSign-Signature-3", base256(s.secret, s.body))

	if _, err := s.declared(t).Judge(t.Context(), c); err != nil {
		t.Error(err)
	}
}
