package all_test

import (
	"strings"
	"testing"

	"github.com/posthorn/posthorn/internal/provider"
)

func salesforceOutboundSample() sample {
	return sample{
		provider: "salesforce-outbound", options: provider.Options{"organization_id": "00D300000000XyZ"},
		secret: "long-random-text", foreign: "other-random-text", contentType: "text/xml; charset=utf-8",
		body: `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" ` +
			`xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body><notifications xmlns="http://soap.sforce.com/2005/09/outbound">` +
			`<OrganizationId>00D300000000XyZEAU</OrganizationId><ActionId>04k300000000001AAA</ActionId><SessionId xsi:nil="true"/>` +
			`<Notification><Id>04l300000000001AAA</Id><sObject xsi:type="sf:Account" xmlns:sf="urn:sobject.enterprise.soap.sforce.com">` +
			`<sf:Id>001300000000001AAA</sf:Id></sObject></Notification><Notification><Id>04l300000000002AAA</Id></Notification>` +
			`</notifications></soapenv:Body></soapenv:Envelope>`,
		sign: func(s signing) { s.Query = "key=" + s.secret },
		id:   "04l300000000001AAA 04l300000000002AAA", kind: "Account",
	}
}

// The security page: another customer of Salesforce may point messages here.
func TestSalesforceOutboundTakesNoOtherOrganization(t *testing.T) {
	t.Parallel()
	s := salesforceOutboundSample()
	mine := "<OrganizationId>00D300000000XyZEAU</OrganizationId>"

	for name, body := range map[string]string{
		"another":    strings.Replace(s.body, "XyZEAU", "xyZEAU", 1),
		"none":       strings.Replace(s.body, mine, "", 1),
		"a second":   strings.Replace(s.body, mine, mine+"<OrganizationId>00D300000000xyZEAU</OrganizationId>", 1),
		"not XML":    `{"OrganizationId":"00D300000000XyZEAU"}`,
		"cut short":  s.body[:len(s.body)-4],
		"very deep":  strings.Repeat("<a>", 100_000),
		"no message": "",
	} {
		c := s.good(t)
		c.Request.Body = []byte(body)
		if _, err := s.declared(t).Judge(t.Context(), c); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestSalesforceOutboundNeedsItsOption(t *testing.T) {
	t.Parallel()
	s := salesforceOutboundSample()
	c := s.good(t)
	c.Options = nil

	if _, err := s.declared(t).Judge(t.Context(), c); err == nil {
		t.Error("accepted without knowing whose messages")
	}
}
