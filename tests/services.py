"""Tells `make test` which of the services that some tests want answer on this machine: `python -m tests.services`."""

import os
from collections.abc import Callable

import psycopg
import redis

POSTGRES = "SIPSORCERY_TEST_POSTGRES_URL"
REDIS = "SIPSORCERY_TEST_REDIS_URL"
PATIENCE = 2
"""Seconds; whole ones, as PostgreSQL's client counts."""


def postgres_answers(url: str) -> bool:
    try:
        psycopg.connect(url.replace("+psycopg", ""), connect_timeout=PATIENCE).close()
    except psycopg.Error:
        return False
    return True


def redis_answers(url: str) -> bool:
    try:
        return bool(redis.Redis.from_url(url, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE).ping())
    except redis.RedisError:
        return False


USUAL: dict[str, tuple[str, Callable[[str], bool]]] = {
    POSTGRES: ("postgresql+psycopg://postgres@127.0.0.1/test", postgres_answers),
    REDIS: ("redis://127.0.0.1:6379/15", redis_answers),
}


if __name__ == "__main__":
    for variable, (address, answers) in USUAL.items():
        if variable not in os.environ and answers(address):
            print(f"{variable}={address}")  # noqa: T201
