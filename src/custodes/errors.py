"""Everything that custodes raises on purpose.

CustodesError
├── UsageError        the operator asked for something that cannot be done as asked
├── OutOfScope        no recorded authority covers the target; nothing was sent
├── PeerError         a device or its answer broke the protocol or a limit
├── InputError        a file cannot be read; says how far it got
├── RegisterError     the register cannot be opened, migrated or written
├── SealError         a stored secret, or the key that it was sealed with, is of no use
├── KnowledgeError    the shipped or added knowledge contradicts itself
└── Missing           a program or package that this needs is not installed
"""

from typing import ClassVar


class CustodesError(Exception):
    """`code` is public: JSON output, documentation and tests key on it, never on the prose.

    `hint` says what to do next; `facts` are plain values for logs, JSON and pages and never hold
    a secret or a picture.
    """

    code: ClassVar[str] = "error"
    exit_status: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "", **facts: object) -> None:
        super().__init__(message)
        self.hint = hint
        self.facts = facts


class UsageError(CustodesError):
    code = "usage"
    exit_status = 2


class OutOfScope(CustodesError):
    code = "out-of-scope"
    exit_status = 5


class PeerError(CustodesError):
    code = "peer"
    exit_status = 4


class InputError(CustodesError):
    code = "input"
    exit_status = 3


class RegisterError(CustodesError):
    code = "register"
    exit_status = 6


class SealError(CustodesError):
    code = "sealed"
    exit_status = 6


class KnowledgeError(CustodesError):
    code = "knowledge"
    exit_status = 6


class Missing(CustodesError):
    code = "missing"
    exit_status = 7
