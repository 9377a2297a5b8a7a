"""The names of the cases, and who takes part in which."""

SIGN_IN_PAGE = "sign-in page"
SIGN_IN = "sign-in"
LIST = "list"
COMPRESSED_LIST = "list, compressed"
LAST_PAGE = "last page"
SEARCH = "search"
SEARCH_ALL = "search that finds all"
OPEN = "open"
SAVE = "save"
REGISTRATIONS = "registrations"
CDRS = "CDRs"
CDRS_LAST = "CDRs, last page"
CDRS_DAY = "CDRs of a day"
CDRS_QUERY = "CDRs ?q="
PROVIDERS = "providers"
DIAL_PLANS = "dial plans"
CALLS = "calls"
UNCHANGED = "live poll, unchanged"
SOAP_LOGIN = "SOAP Login"
SOAP_COUNT = "SOAP Count"
SOAP_GET_25 = "SOAP Get 25"
SOAP_GET_1000 = "SOAP Get 1,000"
SOAP_GET_25_ANEW, SOAP_GET_1000_ANEW = "SOAP Get 25, read anew", "SOAP Get 1,000, read anew"
SOAP_ADD = "SOAP Add"
REST_LIST, REST_LIST_ANEW = "REST list of 25", "REST list of 25, read anew"
SAME_BYTES = "the bytes of SOAP Get 25"
PAGE_FROM_MEMORY = "a page from memory"
BARE = "a bare answer"

OF_ALL_PEERS = (LIST, LAST_PAGE, SEARCH, OPEN, SAVE, SIGN_IN_PAGE, SIGN_IN)
OF_PORTAL = (CDRS_DAY, CDRS_QUERY, UNCHANGED)
OF_SERVICE = (
    *(SOAP_LOGIN, SOAP_COUNT, SOAP_ADD),
    *(SOAP_GET_25, SOAP_GET_1000, SOAP_GET_25_ANEW, SOAP_GET_1000_ANEW),
)
OF_SIZES = (LIST, LAST_PAGE, SEARCH, SEARCH_ALL, OPEN, SAVE, REGISTRATIONS, CDRS, CDRS_LAST, CDRS_DAY, CDRS_QUERY)
EVERY_LIST = {
    LIST: "/sip-accounts",
    REGISTRATIONS: "/registrations",
    PROVIDERS: "/providers",
    DIAL_PLANS: "/dial-plans",
    CALLS: "/calls",
    CDRS: "/cdrs",
}

START = "seconds until the portal answers"
MEMORY = "MB of the largest process after every list was visited"
IN_PROCESS, OVER_SOAP = ".csv in process", ".csv over SOAP"
ROWS, CPU = "{way}: rows/s", "{way}: CPU µs a row"
FIRST_BYTE, GROWN = "{way}: ms until the first byte", "{way}: MB more meanwhile"
PEOPLE = "500 people, 5 s think time"
OPEN_LISTS = "500 open lists"
READER_QUIET, READER_BESIDE = "reader, nobody else", "reader beside 500 open lists"
SHARE = "500 open lists: % of a core"
