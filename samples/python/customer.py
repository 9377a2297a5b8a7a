"""Print a customer's first name and SIP accounts. Needs zeep: pip install zeep

SIPSORCERY_PASSWORD=secret python customer.py https://sip.example.org/provisioning.svc alice
"""

import os
import sys

import zeep
from lxml import etree

SECURITY = "http://www.sipsorcery.com/security"
ALL = 2147483647


def security_header(token: str) -> etree._Element:
    header = etree.Element(f"{{{SECURITY}}}Security")
    etree.SubElement(header, f"{{{SECURITY}}}AuthID").text = token
    return header


def main(address: str, username: str, password: str) -> None:
    service = zeep.Client(f"{address}?wsdl").service
    token = service.Login(username, password)
    if token is None:
        sys.exit("The username or the password is wrong.")
    signed_in = {"_soapheaders": [security_header(token)]}
    try:
        print(service.GetCustomer(username, **signed_in).FirstName)
        for account in service.GetSIPAccounts("", 0, ALL, **signed_in) or []:
            print(f"{account.SIPUsername}@{account.SIPDomain}")
    finally:
        service.Logout(**signed_in)


if __name__ == "__main__":
    _, address, username = sys.argv
    try:
        main(address, username, os.environ["SIPSORCERY_PASSWORD"])
    except (zeep.exceptions.Error, OSError) as error:
        sys.exit(str(error))
