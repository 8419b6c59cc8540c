"""How a device is asked with its owner's key: one log-in, and an end at the first refusal.

A question goes out without a log-in first. Where the device asks for one, it is given once, as a
digest; the password itself only where the way is encrypted or the operator said so. Nothing is
ever sent to another host than the device: no redirect is followed.
"""

import os
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from custodes.errors import PeerError
from custodes.find.inspect.asks import Ask, check
from custodes.find.inspect.asks_onvif import CLOCK
from custodes.find.observe.contact import SECURE, Contact
from custodes.find.observe.ports import Port
from custodes.find.observe.probes import http
from custodes.protocols import auth_challenge, digest, onvif, ws_security
from custodes.protocols.digest import Demand, Login
from custodes.protocols.http import Response

SOAP = onvif.CONTENT_TYPE

Chance = Callable[[int], bytes]


class Refused(PeerError):
    """The device refused the log-in; it is not tried again. `judged`: it said so of the log-in."""

    def __init__(self, words: str, *, judged: bool) -> None:
        super().__init__(words)
        self.judged = judged


class NoWay(PeerError):
    """The device asks for a log-in in a way that is not gone; no secret was sent."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What the operator allows, and where chance and time come from."""

    basic_in_clear: bool = False
    known_certificates: frozenset[bytes] = frozenset()  # DER, as seen before; empty: none was seen
    chance: Chance = os.urandom
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


class Door(Protocol):
    """One way of asking; gives the body of an answer, None where the device gives none."""

    @property
    def accepted(self) -> bool: ...

    async def put(self, ask: Ask) -> bytes | None: ...
    async def close(self) -> None: ...


class Guard:
    """The log-in of one connection by HTTP: what was demanded, how often it was answered."""

    def __init__(
        self, login: Login, terms: Terms, *, secure: bool, digest_only: bool = False
    ) -> None:
        self.sent = False  # whether the secret left this machine in any form
        self.accepted = False
        self._login = login
        self._terms = terms
        self._secure = secure
        self._digest_only = digest_only
        self._demand: Demand | None = None
        self._basic = False
        self._count = 0
        self._second = False  # a nonce that was too old was replaced once before any success

    def header(self, method: str, path: str) -> list[tuple[str, str]]:
        """The header for the next request; none while no log-in was asked for."""
        if self._basic:
            self.sent = True
            return [("Authorization", digest.basic(self._login))]
        if self._demand is None:
            return []
        self._count += 1
        self.sent = True
        cnonce = b64encode(self._terms.chance(18), altchars=b"-_").decode()
        value = digest.answer(
            self._demand, self._login, method, path, count=self._count, cnonce=cnonce
        )
        return [("Authorization", value)]

    def take(self, answer: Response, *, pinned: bool = True) -> None:
        """Take a 401: make ready to answer what it demands.

        Raises:
            Refused: the log-in was given and this is the device's No to it.
            NoWay: it demands what is not given.
        """
        offered = auth_challenge.challenges(answer.all("www-authenticate"))
        found = digest.demand(offered)
        if self.sent:
            self._again(found, answer)
        if found is not None:
            self._demand, self._count = found, 0
            return
        if self._digest_only or not digest.wants_password(offered):
            raise NoWay("it asks for a log-in in no way that custodes knows")
        if not self._secure and not self._terms.basic_in_clear:
            raise NoWay("it wants the password in clear over an open connection; it was not sent")
        if self._secure and not pinned:
            raise NoWay("its certificate is not the one seen before; the password was not sent")
        self._basic = True

    def _again(self, found: Demand | None, answer: Response) -> None:
        """Whether a 401 to an answered request only means that its nonce was used up."""
        old = self._demand
        other = found is not None and old is not None and found.nonce != old.nonce
        if other and self.accepted:
            return
        stale = found is not None and found.stale
        if other and stale and not self._second:
            self._second = True
            return
        raise Refused(_no(answer), judged=not self.accepted)


class HttpDoor:
    """ISAPI, CGI and VAPIX: questions by HTTP with Digest."""

    def __init__(
        self,
        contact: Contact,
        port: Port,
        login: Login,
        terms: Terms,
        *,
        digest_only: bool = False,
    ) -> None:
        self._contact = contact
        self._port = port
        self._terms = terms
        self._guard = Guard(login, terms, secure=port.service in SECURE, digest_only=digest_only)

    @property
    def accepted(self) -> bool:
        """Whether the device took the log-in."""
        return self._guard.accepted

    async def put(self, ask: Ask) -> bytes | None:
        """Ask one question; its answer's body, None where the device has none to give.

        Raises:
            Refused: the device refused the log-in.
            NoWay: it demands a log-in that is not given.
            PeerError: the answer breaks HTTP or a limit, or does not come in time.
        """
        answer = await self.exchange(ask, ask.body, "application/json")
        if answer is None or answer.status != 200:
            return None
        return answer.body

    async def close(self) -> None:
        """Nothing is left open: HTTP has no session."""

    async def exchange(
        self, ask: Ask, body: bytes, kind: str, *, log_in: bool = True
    ) -> Response | None:
        """Ask, and log in where that is demanded: once, and once more where a nonce was old."""
        check(ask)
        again = False
        while True:
            extra = self._guard.header(ask.method, ask.path)
            answer = await self._fetch(ask, body, kind, extra)
            if answer is None or answer.status != 401 or not log_in:
                if answer is not None and extra and answer.status == 200:
                    self._guard.accepted = True
                return answer
            if again and extra:
                raise Refused(_no(answer), judged=not self._guard.accepted)
            again = bool(extra)
            self._guard.take(answer, pinned=await self._pinned())

    async def _fetch(
        self, ask: Ask, body: bytes, kind: str, extra: list[tuple[str, str]]
    ) -> Response | None:
        """Send a question; a log-in that gets no clear answer is not given a second time."""
        answer, why = None, "it did not answer the log-in"
        try:
            answer = await http.fetch(
                self._contact,
                self._port,
                ask.path,
                fresh=True,
                body=body,
                content_type=kind,
                extra=extra,
            )
        except PeerError as error:
            if not extra or self._guard.accepted:
                raise
            why = f"{why}: {error}"
        if extra and not self._guard.accepted:
            if answer is None:
                raise Refused(why, judged=False)
            if answer.status == 403:
                raise Refused("it refused the log-in (403)", judged=True)
        return answer

    async def _pinned(self) -> bool:
        """Whether the encrypted way leads to whom it led before, as far as that is known."""
        known = self._terms.known_certificates
        if self._port.service not in SECURE or not known:
            return True
        line = await self._contact.line(self._port)
        shown = line.tls.getpeercert(binary_form=True) if line and line.tls else None
        return shown in known


class OnvifDoor:
    """ONVIF: envelopes by HTTP, with a UsernameToken or, where the device wants it, HTTP Digest."""

    def __init__(self, contact: Contact, port: Port, login: Login, terms: Terms) -> None:
        self._http = HttpDoor(contact, port, login, terms, digest_only=True)
        self._login = login
        self._terms = terms
        self._offset = timedelta()
        self._token = False
        self._accepted = False

    @property
    def accepted(self) -> bool:
        """Whether the device took the log-in."""
        return self._accepted

    async def close(self) -> None:
        """Nothing is left open: every call carries its own proof."""

    async def clock(self) -> bytes | None:
        """Read the device's clock, which every token is made with; open by the standard, so that
        no log-in is spent on it."""
        asked_at = self._terms.now()
        try:
            answer = await self._http.exchange(CLOCK, self._envelope(CLOCK), SOAP, log_in=False)
            shown = onvif.date_time(answer.body) if answer and answer.status == 200 else None
        except PeerError:
            return None
        if answer is None or shown is None:
            return None
        self._offset = shown - asked_at
        return answer.body

    async def put(self, ask: Ask) -> bytes | None:
        """Ask one question; its answer's envelope, None where the device has none to give.

        Raises:
            Refused: the device refused the log-in.
            NoWay: it demands a log-in that is not given.
            PeerError: the answer breaks HTTP or a limit, or does not come in time.
        """
        answer = await self._exchange(ask)
        if answer is not None and _wants_login(answer) and not self._logged_in:
            self._token = True
            answer = await self._exchange(ask)
        if answer is not None and self._token and self._is_no(answer):
            raise Refused(_no(answer), judged=not self.accepted)
        if answer is None or answer.status != 200 or _fault(answer) is not None:
            return None
        self._accepted = self._logged_in
        return answer.body

    async def _exchange(self, ask: Ask) -> Response | None:
        """A question with a token once one is demanded; HTTP's own log-in only before that."""
        demanded = self._token
        try:
            return await self._http.exchange(ask, self._envelope(ask), SOAP, log_in=not demanded)
        except NoWay:
            self._token = True
            return await self._http.exchange(ask, self._envelope(ask), SOAP, log_in=False)

    def _is_no(self, answer: Response) -> bool:
        """A fault to a log-in that was taken before only says that this user may not read that."""
        return answer.status == 401 or (_wants_login(answer) and not self.accepted)

    @property
    def _logged_in(self) -> bool:
        return self._token or self._http.accepted

    def _envelope(self, ask: Ask) -> bytes:
        header = ""
        if self._token:
            created = self._terms.now() + self._offset
            header = ws_security.token(self._login, self._terms.chance(20), created)
        return onvif.envelope(ask.body.decode(), header)


def _fault(answer: Response) -> str | None:
    try:
        return onvif.fault(answer.body)
    except PeerError:
        return None


def _wants_login(answer: Response) -> bool:
    fault = (_fault(answer) or "").casefold()
    return answer.status == 401 or "notauthorized" in fault or "failedauthentication" in fault


def _no(answer: Response) -> str:
    """What a refusal is told as."""
    locked = b"lockStatus>lock" in answer.body or b"AccountLocked" in answer.body
    return "it refused the log-in" + (" and says that the account is locked" if locked else "")
