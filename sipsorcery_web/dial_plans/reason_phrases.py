"""The reason phrases of final answers (RFC 3261, section 21 and RFC 5079), written as words are."""

REASON_PHRASES = {
    302: "Moved temporarily",
    403: "Forbidden",
    404: "Not found",
    408: "Request timeout",
    410: "Gone",
    420: "Bad extension",
    433: "Anonymity disallowed",
    480: "Temporarily unavailable",
    486: "Busy here",
    487: "Request terminated",
    488: "Not acceptable here",
    500: "Server internal error",
    503: "Service unavailable",
    600: "Busy everywhere",
    603: "Decline",
    604: "Does not exist anywhere",
}
