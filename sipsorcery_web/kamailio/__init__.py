"""Kamailio as the SIP engine: the configuration it is given, the tables it reads and writes, and its control."""
