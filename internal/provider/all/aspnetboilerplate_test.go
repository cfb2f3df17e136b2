package all_test

import (
	"crypto/sha256"
	"fmt"
	"strings"
)

func aspNetBoilerplateSample() sample {
	return sample{
		provider: "aspnet-boilerplate", secret: "whs_6f6e6ba1c2c44be9a3d1b0c1c2d3e4f5", foreign: "whs_00000000000000000000000000000000",
		body: `{"Id":"5f3f0b1c-0e7d-4c43-8a17-3c7c1c1a2b3d","WebhookEvent":"App.NewUserRegistered","Attempt":1,"Data":{"UserName":"jürgen"}}`,
		sign: func(s signing) {
			digits := fmt.Sprintf("% X", mac(sha256.New, s.secret, s.text()))
			s.Header.Set("abp-webhook-signature", "sha256="+strings.ReplaceAll(digits, " ", "-"))
		},
		id: "5f3f0b1c-0e7d-4c43-8a17-3c7c1c1a2b3d", kind: "App.NewUserRegistered",
	}
}
