package all

import (
	"context"
	"crypto/hmac"
	"encoding/xml"
	"strings"

	"github.com/posthorn/posthorn/internal/provider"
)

// salesforceOutbound receives outbound messages, which are SOAP and not signed. The security page asks for three
// things: the organization's id in every message must be one's own, the sender's address must be one of Salesforce's,
// and its TLS client certificate may be checked. The id is checked here; it is no secret, so the URL has to carry one
// as well, in a parameter. Addresses and certificates are for whoever stands in front of this server.
//
// A message carries up to a hundred notifications; the ids of all of them together tell a repetition.
func salesforceOutbound() provider.Provider {
	return provider.Provider{
		Name: "salesforce-outbound", Title: "Salesforce outbound messages",
		Pages: []provider.Page{
			{
				Title: "Considerations for Security",
				URL:   "https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_om_outboundmessaging_security.htm",
			},
			{
				Title: "Understanding the Outbound Messaging WSDL",
				URL:   "https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_om_outboundmessaging_wsdl.htm",
			},
			{
				Title: "Setting Up Outbound Messaging",
				URL:   "https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_om_outboundmessaging_setting_up.htm",
			},
		},
		Note: "Add ?key=<a long random text> to the source's URL and paste that text as the secret. Do not have the session id sent: " +
			"the body is stored, and a session id opens the organization to whoever reads it.",
		Secret:  provider.Field{Name: "Key", Hint: "the text after key= in the endpoint URL"},
		Options: []provider.Option{{Name: "organization_id", Meaning: "Id of the organization whose messages are taken, 15 or 18 characters.", Required: true}},
		Scheme:  salesforceScheme{provider.Token{From: provider.Query("key")}},
		ID: salesforcePiece("ids of all notifications", func(m salesforceMessage) string {
			ids := make([]string, 0, len(m.Notifications))
			for _, n := range m.Notifications {
				ids = append(ids, n.ID)
			}
			return strings.Join(ids, " ")
		}),
		Type: salesforcePiece("type of the first sObject", func(m salesforceMessage) string {
			if len(m.Notifications) == 0 {
				return ""
			}
			_, name, _ := strings.Cut(m.Notifications[0].Object.Type, ":")
			return name
		}),
		Answer: provider.Answer{ContentType: provider.XML, Body: `<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/">` +
			`<soapenv:Body><notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack></notificationsResponse>` +
			`</soapenv:Body></soapenv:Envelope>`},
		ContentTypes: []string{"text/xml"},
	}
}

// salesforceMessage is what is read of a notifications() call. The organization is a list so that a second one, which
// somebody else might read, does not go unnoticed.
type salesforceMessage struct {
	Organization  []string `xml:"Body>notifications>OrganizationId"`
	Notifications []struct {
		ID     string `xml:"Id"`
		Object struct {
			Type string `xml:"http://www.w3.org/2001/XMLSchema-instance type,attr"`
		} `xml:"sObject"`
	} `xml:"Body>notifications>Notification"`
}

func parseSalesforce(body []byte) (salesforceMessage, error) {
	var m salesforceMessage
	if err := xml.Unmarshal(body, &m); err != nil {
		return m, provider.Refuse(provider.Malformed, "SOAP message")
	}
	return m, nil
}

func salesforcePiece(name string, read func(salesforceMessage) string) provider.Piece {
	return provider.Computed(name, func(c *provider.Check) (string, error) {
		m, err := parseSalesforce(c.Request.Body)
		if err != nil {
			return "", err
		}
		return read(m), nil
	}, provider.Body())
}

// salesforceScheme is the token of the URL and, once it is right, the organization in the message.
type salesforceScheme struct{ provider.Token }

// Verify implements provider.Scheme.
func (s salesforceScheme) Verify(ctx context.Context, c *provider.Check) (provider.Proof, error) {
	proof, err := s.Token.Verify(ctx, c)
	if err != nil {
		return provider.Proof{}, err
	}
	m, err := parseSalesforce(c.Request.Body)
	if err != nil {
		return provider.Proof{}, err
	}
	want := salesforceID(c.Option("organization_id"))
	if want == "" {
		return provider.Proof{}, provider.Refuse(provider.BadOption, "option organization_id")
	}
	if len(m.Organization) != 1 || !hmac.Equal([]byte(salesforceID(m.Organization[0])), []byte(want)) {
		return provider.Proof{}, provider.Refuse(provider.WrongClaim, "OrganizationId")
	}
	return proof, nil
}

// salesforceID returns the 15 characters that identify; the other three of the long form are a checksum.
func salesforceID(id string) string {
	const short, long = 15, 18
	id = strings.TrimSpace(id)
	if len(id) != short && len(id) != long {
		return ""
	}
	return id[:short]
}
