"""Recovery codes: ten texts to be kept on paper, each of which stands in once for a second factor that is lost."""

import secrets
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass

from sipsorcery_web.portal.storage.recovery_codes import RecoveryCodes
from sipsorcery_web.portal.storage.totp_secrets import TotpSecrets

HOW_MANY = 10
CODE_BYTES = 15  # 120 bits, so that a plain hash of it cannot be searched backwards (NIST SP 800-63B, 5.1.2.2)
GROUP = 4


@dataclass(frozen=True)
class Recovery:
    """The method of recovery codes, which are there beside another one."""

    codes: RecoveryCodes
    totp: TotpSecrets
    page: str = "auth.second_step_recovery"
    words: str = "A recovery code"
    is_spare: bool = True

    def is_set_up(self, username: str) -> bool:
        """Return whether a user has one left. Raises StorageUnavailable."""
        return self.codes.count(username) > 0

    def takes(self, username: str, code: str) -> bool:
        """Return whether a code is one that the user has left, which it is not any more. Raises StorageUnavailable."""
        if not self.codes.use(username, _plain(code)):
            return False
        self.totp.forgive(username)
        return True

    def renew(self, username: str) -> Sequence[str]:
        """Return new codes, which are shown only now, in place of all before. Raises StorageUnavailable."""
        made = [b32encode(secrets.token_bytes(CODE_BYTES)).decode().lower() for _ in range(HOW_MANY)]
        self.codes.put(username, made)
        return ["-".join(code[at : at + GROUP] for at in range(0, len(code), GROUP)) for code in made]


def _plain(code: str) -> str:
    return "".join(code.split()).replace("-", "").lower()
