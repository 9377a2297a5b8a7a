"""Print a customer's first name and SIP accounts. Needs zeep: pip install zeep

SIPSORCERY_PASSWORD=secret python customer.py https://sip.example.org/provisioning.svc alice
SIPSORCERY_TOKEN=sips_... python customer.py https://sip.example.org/provisioning.svc alice
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


def describe(service: zeep.proxy.ServiceProxy, username: str, token: str) -> None:
    allowed = {"_soapheaders": [security_header(token)]}
    print(service.GetCustomer(username, **allowed).FirstName)
    for account in service.GetSIPAccounts("", 0, ALL, **allowed) or []:
        print(f"{account.SIPUsername}@{account.SIPDomain}")


def sign_in_and_describe(service: zeep.proxy.ServiceProxy, username: str, password: str) -> None:
    token = service.Login(username, password)
    if token is None:
        sys.exit("The username or the password is wrong.")
    try:
        describe(service, username, token)
    finally:
        service.Logout(_soapheaders=[security_header(token)])


def main(address: str, username: str) -> None:
    service = zeep.Client(f"{address}?wsdl").service
    if token := os.environ.get("SIPSORCERY_TOKEN"):
        describe(service, username, token)
    else:
        sign_in_and_describe(service, username, os.environ["SIPSORCERY_PASSWORD"])


if __name__ == "__main__":
    _, address, username = sys.argv
    try:
        main(address, username)
    except (zeep.exceptions.Error, OSError) as error:
        sys.exit(str(error))
