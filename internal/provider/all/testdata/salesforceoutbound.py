from vector import *

body = """<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
 <soapenv:Body>
  <notifications xmlns="http://soap.sforce.com/2005/09/outbound">
   <OrganizationId>00D300000000XyZEAU</OrganizationId>
   <ActionId>04k300000000001AAA</ActionId>
   <SessionId xsi:nil="true"/>
   <Notification>
    <Id>04l300000000001AAA</Id>
    <sObject xsi:type="sf:Opportunity" xmlns:sf="urn:sobject.enterprise.soap.sforce.com"><sf:Id>006300000000001AAA</sf:Id><sf:Name>Søren</sf:Name></sObject>
   </Notification>
  </notifications>
 </soapenv:Body>
</soapenv:Envelope>"""
write("salesforce-outbound", "salesforce-outbound", {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}, body, ["long-random-text"],
      query="key=long-random-text", options={"organization_id": "00D300000000XyZ"}, id="04l300000000001AAA", type="Opportunity")
