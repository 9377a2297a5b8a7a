"""The names of the wire: namespaces and what is not part of a type (spec, sections 1.2, 1.3, 1.7 and 1.8)."""

SVC = "http://www.sipsorcery.com/provisioning"
EXTENSIONS = "urn:sipsorcery-web:extensions:1"
"""The namespace of what this project adds to the contract, operations and records."""
NOTIFICATIONS = "http://www.sipsorcery.com/notifications/pull"
"""The namespace of the notification service (section 13.1)."""
CRM = "http://schemas.datacontract.org/2004/07/SIPSorcery.CRM"
APP = "http://schemas.datacontract.org/2004/07/SIPSorcery.SIP.App"
SYS = "http://schemas.datacontract.org/2004/07/System"
SECURITY = "http://www.sipsorcery.com/security"
PULL_NOTIFICATION = "http://www.sipsorcery.com/pullnotification"
ARRAYS = "http://schemas.microsoft.com/2003/10/Serialization/Arrays"
FAULT_CODES = "http://schemas.microsoft.com/net/2005/12/windowscommunicationfoundation/dispatcher"
FAULT_DETAIL = "http://schemas.datacontract.org/2004/07/System.ServiceModel"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
NEXT_ACTOR = "http://schemas.xmlsoap.org/soap/actor/next"
XS = "http://www.w3.org/2001/XMLSchema"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
SERIALIZATION = "http://schemas.microsoft.com/2003/10/Serialization/"
WSDL = "http://schemas.xmlsoap.org/wsdl/"
WSDL_SOAP = "http://schemas.xmlsoap.org/wsdl/soap/"

PORT_TYPES = {SVC: "IProvisioningService", EXTENSIONS: "IExtensions", NOTIFICATIONS: "INotifications"}
"""The name of the operations' interface in each of the contracts."""
ACTION_PREFIX = f"{SVC}/{PORT_TYPES[SVC]}/"
ENDPOINT_PATH = "/provisioning.svc"
NOTIFICATIONS_PATH = "/notificationspull.svc"

NIL = f"{{{XSI}}}nil"
REFERENCE = f"{{{SERIALIZATION}}}Ref"
"""What .NET writes in place of a value that stands elsewhere in the message."""


def action_of(namespace: str, operation: str) -> str:
    """The SOAPAction of an operation, without its quotes."""
    return f"{namespace}/{PORT_TYPES[namespace]}/{operation}"


def soap(name: str) -> str:
    """The SOAP 1.1 element or attribute `name` in Clark notation."""
    return f"{{{SOAP}}}{name}"


def svc(name: str) -> str:
    """The wrapper or parameter element `name` in Clark notation."""
    return f"{{{SVC}}}{name}"
