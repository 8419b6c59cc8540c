"""Dahua's JSON calls with the owner's key: one log-in, reads, one goodbye.

Used where a device has no CGI. The session is ended at the end, because a device has room for few.
"""

from custodes.errors import PeerError
from custodes.find.inspect.asks import Ask, check
from custodes.find.inspect.doors import NoWay, Refused
from custodes.find.observe.contact import Contact
from custodes.find.observe.ports import Port
from custodes.find.observe.probes import http
from custodes.protocols import rpc2
from custodes.protocols.digest import Login


class RpcDoor:
    """Questions by RPC2, in a session that its first question opens."""

    def __init__(self, contact: Contact, port: Port, login: Login) -> None:
        self._contact = contact
        self._port = port
        self._login = login
        self._number = 0
        self._session: rpc2.Session | None = None

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
        body = await self._post(rpc2.CALL, rpc2.call(ask.body, self._next(), self._session))
        return body if body is not None and rpc2.accepted(body) else None

    async def close(self) -> None:
        """End the session, where there is one and the device still takes requests."""
        if self._session is None or self._contact.exhausted:
            return
        try:
            await self._post(rpc2.CALL, rpc2.goodbye(self._session, self._next()))
        except PeerError:
            return  # it ends by itself

    async def _log_in(self) -> rpc2.Session:
        offered = await self._post(rpc2.LOGIN, rpc2.hello(self._login.user, self._next()))
        given = _challenge(offered)
        if given is None:
            raise NoWay("it offers no log-in by RPC2")
        try:
            answer = await self._post(rpc2.LOGIN, rpc2.proof(given, self._login, self._next()))
            taken = answer is not None and rpc2.accepted(answer)
        except PeerError as error:
            raise Refused(f"it did not answer the log-in: {error}", judged=False) from error
        if answer is None:
            raise Refused("it did not answer the log-in", judged=False)
        if not taken:
            said = rpc2.trouble(answer)
            raise Refused(f"it refused the log-in ({said or 'RPC2'})", judged=True)
        return given.session

    async def _post(self, path: str, body: bytes) -> bytes | None:
        answer = await http.fetch(self._contact, self._port, path, fresh=True, body=body)
        return answer.body if answer is not None and answer.status == 200 else None

    def _next(self) -> int:
        self._number += 1
        return self._number


def _challenge(data: bytes | None) -> rpc2.Challenge | None:
    try:
        return rpc2.challenge(data) if data is not None else None
    except PeerError:
        return None
