"""Dahua's JSON calls with the owner's key: one log-in, reads, one goodbye.

Used where a device has no CGI. The session is ended at the end, because a device has room for few.
"""

from custodes.errors import PeerError
from custodes.find.inspect.asks import Ask, check
from custodes.find.inspect.doors import NoWay, Refused
from custodes.find.observe.contact import Contact
from custodes.find.observe.ports import Port
from custodes.find.observe.probes import http
from custodes.protocols import dahua_rpc2
from custodes.protocols.dahua_rpc2 import Session
from custodes.protocols.digest import Login


class RpcDoor:
    """Questions by RPC2, in a session that its first question opens."""

    def __init__(self, contact: Contact, port: Port, login: Login) -> None:
        self._contact = contact
        self._port = port
        self._login = login
        self._number = 2  # the two messages of the log-in
        self._session: Session | None = None

    @property
    def accepted(self) -> bool:
        """Whether the device took the log-in."""
        return self._session is not None

    async def put(self, ask: Ask) -> bytes | None:
        """Ask one question; its answer, None where the device has none to give.

        Raises:
            Refused: the device refused the log-in.
            NoWay: it does not log in this way.
            PeerError: the answer breaks HTTP or a limit, or does not come in time.
        """
        check(ask)
        if self._session is None:
            self._session = await self._log_in()
        sent = dahua_rpc2.call(self._session, self._next(), ask.body)
        body = await self._post(dahua_rpc2.PATH, sent)
        return body if body is not None and dahua_rpc2.result(body) is not None else None

    async def close(self) -> None:
        """End the session, where there is one and the device still takes requests."""
        if self._session is None or self._contact.exhausted:
            return
        try:
            await self._post(dahua_rpc2.PATH, dahua_rpc2.goodbye(self._session, self._next()))
        except PeerError:
            return  # it ends by itself

    async def _log_in(self) -> Session:
        offered = await self._post(dahua_rpc2.LOGIN_PATH, dahua_rpc2.hello(self._login.user))
        try:
            asked = dahua_rpc2.challenge(offered or b"")
        except PeerError as error:
            raise NoWay(f"it offers no log-in by RPC2: {error}") from error
        proof = dahua_rpc2.answer(asked, self._login.user, self._login.word)
        try:
            given = await self._post(dahua_rpc2.LOGIN_PATH, proof)
            session = dahua_rpc2.opened(given or b"")
        except PeerError as error:
            raise Refused(f"it did not answer the log-in: {error}", judged=False) from error
        if session is None:
            raise Refused("it refused the log-in (RPC2)", judged=True)
        return session

    async def _post(self, path: str, body: bytes) -> bytes | None:
        answer = await http.fetch(self._contact, self._port, path, fresh=True, body=body)
        return answer.body if answer is not None and answer.status == 200 else None

    def _next(self) -> int:
        self._number += 1
        return self._number
