"""`custodes inspect` against servers on loopback: one log-in, read only, nothing secret kept."""

import asyncio
import base64
import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from custodes.cli.main import invoke
from custodes.estate.register import Register, open_register
from custodes.find.inspect import asks_onvif, visit
from custodes.identity import Identity
from custodes.observation import observe
from custodes.protocols import onvif, xml
from custodes.protocols.auth_challenge import challenges
from custodes.protocols.http import Request, RequestReader, response

NOW = datetime.now(UTC)
USER, WORD = "inspector", 's3cret: ünïcode"\\'
SERIAL = "DS-2CD2143G0-I20210101AAWRE12345678"

DOCUMENTS = {
    "/ISAPI/System/deviceInfo": f"""<?xml version="1.0" encoding="UTF-8"?>
<DeviceInfo version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema">
<deviceName>Gate</deviceName><model>DS-2CD2143G0-I</model><serialNumber>{SERIAL}</serialNumber>
<macAddress>44:47:cc:aa:bb:cc</macAddress><firmwareVersion>V5.6.3</firmwareVersion>
<firmwareReleasedDate>build 190923</firmwareReleasedDate><deviceType>IPCamera</deviceType>
</DeviceInfo>""",
    "/ISAPI/System/capabilities": "<DeviceCap><isSupportFaceDetect>true</isSupportFaceDetect>"
    "<isSupportEZVIZ>true</isSupportEZVIZ></DeviceCap>",
    "/ISAPI/Security/users": "<UserList><User><id>1</id><userName>admin</userName>"
    "<userLevel>Administrator</userLevel></User><User><id>2</id><userName>Jane Doe</userName>"
    "<userLevel>Operator</userLevel><password>hunter2</password></User></UserList>",
    "/ISAPI/System/Network/EZVIZ": "<EZVIZ><enabled>true</enabled>"
    "<verificationCode>QWERTY</verificationCode></EZVIZ>",
    "/ISAPI/System/Network/telnetd": "<Telnetd><enabled>true</enabled></Telnetd>",
    "/ISAPI/Event/triggers": "<EventTriggerList><EventTrigger><id>linedetection-1</id>"
    "<eventType>linedetection</eventType><videoInputChannelID>1</videoInputChannelID>"
    "</EventTrigger></EventTriggerList>",
    "/ISAPI/Smart/LineDetection/1": "<LineDetection><id>1</id><enabled>true</enabled>"
    "</LineDetection>",
    "/ISAPI/ContentMgmt/InputProxy/channels": "<InputProxyChannelList><InputProxyChannel>"
    "<id>3</id><name>Yard</name><sourceInputPortDescriptor><proxyProtocol>HIKVISION"
    "</proxyProtocol><ipAddress>192.168.254.4</ipAddress><managePortNo>8000</managePortNo>"
    "<userName>service</userName><password>attached-pw</password><model>DS-2CD2043</model>"
    "<serialNumber>DS-2CD2043X9999</serialNumber></sourceInputPortDescriptor>"
    "</InputProxyChannel></InputProxyChannelList>",
}
Answer = Callable[[Request], bytes]


@dataclass
class Camera:
    """A camera on loopback that wants Digest, and remembers what it was asked."""

    password: str = WORD
    algorithm: str = "MD5"
    qop: str = 'qop="auth", '
    documents: dict[str, str] = field(default_factory=lambda: dict(DOCUMENTS))
    own: Answer | None = None  # answers everything, where it is set
    fresh_nonce: bool = False  # a new nonce for every request, without saying that it is stale
    requests: list[Request] = field(default_factory=list)
    nonce: int = 0
    port: int = 0

    @property
    def attempts(self) -> list[Request]:
        return [one for one in self.requests if one.header("authorization")]

    def answer(self, request: Request) -> bytes:
        self.requests.append(request)
        if self.own is not None:
            return self.own(request)
        if not self._knows(request):
            return self.demand()
        body = self.documents.get(request.target)
        if body is None:
            return response(404, "Not Found", headers=[("Content-Length", "0")])
        data = body.encode()
        return response(200, "OK", headers=[("Content-Length", str(len(data)))], body=data)

    def demand(self, more: str = "") -> bytes:
        self.nonce += 1
        value = (
            f'Digest {self.qop}realm="IP Camera(C1214)", nonce="n{self.nonce}", '
            f"algorithm={self.algorithm}{more}"
        )
        headers = [("WWW-Authenticate", value), ("Content-Length", "0")]
        return response(401, "Unauthorized", headers=headers)

    def _knows(self, request: Request) -> bool:
        """Whether the answer is right, counted anew by the text of the standard."""
        said = challenges([request.header("authorization") or ""])
        if not said or (said[0][1].get("nonce") != f"n{self.nonce}"):
            return False
        got = said[0][1]
        name = self.algorithm.removesuffix("-sess").replace("-", "").lower()

        def of(text: str) -> str:
            return hashlib.new(name, text.encode("latin-1")).hexdigest()

        one = of(f"{USER}:{got['realm']}:{self.password}")
        if self.algorithm.endswith("-sess"):
            one = of(f"{one}:{got['nonce']}:{got['cnonce']}")
        two = of(f"{request.method}:{request.target}")
        bound = f"{got['nc']}:{got['cnonce']}:auth:" if self.qop else ""
        right = got["response"] == of(f"{one}:{got['nonce']}:{bound}{two}")
        if self.fresh_nonce:
            self.nonce += 1
        return right and got["uri"] == request.target


@contextmanager
def serving(camera: Camera) -> Iterator[Camera]:
    """Run a camera on a free port of loopback."""
    ready, loops = threading.Event(), []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        requests = RequestReader()
        try:
            while data := await reader.read(65536):
                request = requests.feed(data)
                while request is not None:
                    writer.write(camera.answer(request))
                    await writer.drain()
                    request = requests.feed(b"")
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def serve() -> None:
        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        camera.port = server.sockets[0].getsockname()[1]
        stop = asyncio.Event()
        loops.append((asyncio.get_running_loop(), stop))
        ready.set()
        await stop.wait()
        server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(10)
    try:
        yield camera
    finally:
        loop, stop = loops[0]
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CUSTODES_DATA", str(tmp_path))
    monkeypatch.setenv("CUSTODES_SCAN_REPLY_TIMEOUT_S", "2")
    usual = visit.limits_of
    monkeypatch.setattr(visit, "limits_of", lambda limits: replace(usual(limits), gap_s=0.0))
    return tmp_path


@contextmanager
def opened(folder: Path) -> Iterator[Register]:
    with open_register(f"sqlite:///{folder / 'custodes.sqlite'}") as register:
        yield register


def known(folder: Path, *cameras: Camera, allowed: bool = True, maker: str = "Hikvision") -> None:
    """Put cameras into the register as a scan would have, and the authority to look at them."""
    with opened(folder) as register:
        for camera in cameras:
            place = f"127.0.0.1:{camera.port}"
            seen = observe(
                "http.response",
                "HTTP/1.1 200 OK\r\nServer: App-webs/\r\n\r\n",
                device=place,
                address="127.0.0.1",
                port=camera.port,
                transport="tcp",
                seen_at=NOW - timedelta(hours=1),
            )
            who = Identity(device=place, vendor=maker, maker=maker)
            register.file_identity(who, [seen], None, NOW)
        if allowed:
            register.record_authority("127.0.0.1", "J. Smith", NOW + timedelta(days=1), NOW)


def log_in(monkeypatch: pytest.MonkeyPatch, word: str = WORD, *target: str) -> None:
    class Pipe:
        buffer = __import__("io").BytesIO((word + "\n").encode())

    monkeypatch.setattr("custodes.cli.credentials.sys.stdin", Pipe())
    where = target or ("--network", "127.0.0.0/8")
    arguments = ["credentials", "add", *where, "--user", USER, "--password-stdin"]
    assert invoke(arguments) == 0


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict]:
    capsys.readouterr()
    status = invoke(["inspect", *arguments, "--json"])
    out = capsys.readouterr()
    return status, json.loads(out.out or out.err)


def test_a_camera_is_read_with_one_log_in_and_nothing_secret_is_kept(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(Camera()) as camera:
        known(data, camera)
        log_in(monkeypatch)
        status, told = run(capsys, "--all")
    (row,) = told["devices"]
    assert (status, row["result"], row["over"]) == (0, "read", "isapi")
    assert row["answers"] == len(DOCUMENTS)
    first, *later, clock = camera.requests
    assert not first.header("authorization")  # it brought the challenge
    assert {r.method for r in later} == {"GET"}
    assert later == camera.attempts
    assert b"GetSystemDateAndTime" in clock.body
    assert not clock.header("authorization")
    with opened(data) as register:
        (device,) = register.devices()
        assert (device.model, device.serial) == ("DS-2CD2143G0-I", SERIAL)
        stored = [s.observation for s in register.observations_of(device.id)]
        facts = {f.name: f.value for f in register.facts_of(device.id).facts}
        able = {c.name: (c.capable, c.enabled) for c in register.facts_of(device.id).capabilities}
        (attached,) = register.attached_to(device.id)
        findings = {f.code for f in register.findings(device_id=device.id)}
    assert facts["accounts.count"] == "2"
    assert facts["cloud.relay"] == "on"
    assert (True, True) in able.values()
    assert attached.attached.model == "DS-2CD2043"
    assert attached.attached.channel == "3"
    assert {"cloud-relay-on", "telnet-on", "default-account"} <= findings
    everything = "".join(o.payload + (o.source or "") for o in stored)
    for secret in ("hunter2", "attached-pw", "QWERTY", "Jane", WORD, ">service<"):
        assert secret not in everything
    assert "<userName>admin</userName>" in everything
    raw = (data / "custodes.sqlite").read_bytes()
    raw += b"".join(p.read_bytes() for p in data.glob("custodes.sqlite-*"))
    for secret in (WORD.encode(), b"hunter2", b"attached-pw", b"QWERTY"):
        assert secret not in raw


def test_an_attached_camera_is_no_device_and_no_count(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(Camera()) as camera:
        known(data, camera)
        log_in(monkeypatch)
        run(capsys, "--all")
    with opened(data) as register:
        assert register.count() == 1
        (device,) = register.devices()
        assert device.model != "DS-2CD2043"
    assert invoke(["devices", "show", "1"]) == 0
    shown = capsys.readouterr().out
    assert "Cameras that it says are attached: 1" in shown
    assert "Yard" in shown
    assert "What it can do" in shown


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256", "MD5-sess", "SHA-256-sess"])
@pytest.mark.parametrize("qop", ['qop="auth", ', 'qop="auth-int,auth", ', ""])
def test_every_form_of_digest_that_the_standard_has_is_answered(
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    algorithm: str,
    qop: str,
) -> None:
    few = {"/ISAPI/System/deviceInfo": DOCUMENTS["/ISAPI/System/deviceInfo"]}
    with serving(Camera(algorithm=algorithm, qop=qop, documents=few)) as camera:
        known(data, camera)
        log_in(monkeypatch)
        status, told = run(capsys, "1", "--over", "isapi")
    assert (status, told["devices"][0]["answers"]) == (0, 1)


def test_a_wrong_password_is_tried_once_and_never_again_until_asked_to(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(Camera(password="another")) as camera:
        known(data, camera)
        log_in(monkeypatch)
        status, told = run(capsys, "--all")
        assert (status, told["devices"][0]["result"]) == (3, "log-in refused")
        assert len(camera.attempts) == 1
        status, told = run(capsys, "--all")
        assert (status, told["devices"][0]["result"]) == (3, "refused this log-in before")
        assert len(camera.attempts) == 1
        asked = len(camera.requests)
        log_in(monkeypatch)  # the same secret entered anew is the same secret
        run(capsys, "--all")
        assert len(camera.requests) == asked
        run(capsys, "--all", "--again")
        assert len(camera.attempts) == 2
        log_in(monkeypatch, "another")
        status, told = run(capsys, "--all")
        assert (status, told["devices"][0]["result"]) == (0, "read")


def test_the_most_specific_log_in_is_the_only_one_that_is_tried(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(Camera()) as camera:
        known(data, camera)
        log_in(monkeypatch)
        log_in(monkeypatch, "wrong", "--network", "127.0.0.1/32")
        status, told = run(capsys, "--all")
        assert (status, told["devices"][0]["result"]) == (3, "log-in refused")
        log_in(monkeypatch, WORD, "--device", "1")
        status, told = run(capsys, "--all")
        assert (status, told["devices"][0]["result"]) == (0, "read")


def test_without_authority_nothing_is_sent(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(Camera()) as camera:
        known(data, camera, allowed=False)
        log_in(monkeypatch)
        status, told = run(capsys, "--all")
        assert (status, told["error"]["code"]) == (5, "out-of-scope")
        assert camera.requests == []


def test_a_dry_run_sends_nothing_and_opens_no_secret(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(Camera()) as camera:
        known(data, camera)
        log_in(monkeypatch)
        (data / "credentials.key").unlink()
        status, told = run(capsys, "--all", "--dry-run")
        assert (status, camera.requests) == (0, [])
    assert told["devices"][0]["over"].startswith("isapi on")
    assert "GET /ISAPI/System/deviceInfo" in told["questions"]["isapi"]


def test_a_lost_or_open_key_file_stops_everything_with_what_to_do(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(Camera()) as camera:
        known(data, camera)
        log_in(monkeypatch)
        key = data / "credentials.key"
        assert key.stat().st_mode & 0o777 == 0o600
        key.chmod(0o644)
        status, told = run(capsys, "--all")
        assert (status, told["error"]["code"]) == (6, "sealed")
        assert "chmod 600" in told["error"]["hint"]
        key.unlink()
        status, told = run(capsys, "--all")
        assert "enter them anew" in told["error"]["hint"]
        assert camera.requests == []


def test_a_nonce_for_each_request_costs_requests_and_no_log_in(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(Camera(fresh_nonce=True)) as camera:
        known(data, camera)
        log_in(monkeypatch)
        status, told = run(capsys, "--all")
    assert (status, told["devices"][0]["answers"]) == (0, len(DOCUMENTS))


def test_a_device_that_always_says_stale_gets_two_answers_at_most(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    camera = Camera()
    camera.own = lambda _request: camera.demand(", stale=true")
    with serving(camera):
        known(data, camera)
        log_in(monkeypatch)
        status, told = run(capsys, "--all")
    assert (status, told["devices"][0]["result"]) == (3, "log-in refused")
    assert len(camera.attempts) == 2


@pytest.mark.parametrize(
    "challenge",
    [
        'Digest realm="x", nonce="1", qop="auth-int"',
        'Digest realm="x", nonce="1", algorithm=SHA-512-256',
        'Digest realm="x"',
        'Basic realm="x"',
        "Negotiate",
        "",
        'Digest realm="' + "r" * 2000 + '", nonce="1"',
    ],
)
def test_a_demand_that_is_not_answered_gets_no_secret_at_all(
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    challenge: str,
) -> None:
    headers = [("WWW-Authenticate", challenge), ("Content-Length", "0")]
    camera = Camera(own=lambda _request: response(401, "No", headers=headers))
    with serving(camera):
        known(data, camera)
        log_in(monkeypatch)
        status, told = run(capsys, "--all")
        assert (status, told["devices"][0]["result"]) == (3, "no usable log-in")
        assert camera.attempts == []
        run(capsys, "--all")  # and it is no refusal: nothing is remembered
    assert len(camera.requests) == 2


def test_basic_in_clear_needs_the_operators_word(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    headers = [("WWW-Authenticate", 'Basic realm="x"'), ("Content-Length", "0")]
    camera = Camera(own=lambda _request: response(401, "No", headers=headers))
    with serving(camera):
        known(data, camera)
        log_in(monkeypatch)
        run(capsys, "--all", "--allow-basic-in-clear")
    assert len(camera.attempts) == 1


def test_a_redirect_takes_no_secret_anywhere(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(Camera()) as other, serving(Camera()) as camera:
        plain = camera.answer

        def elsewhere(request: Request) -> bytes:
            if not request.header("authorization"):
                return camera.demand()
            where = f"http://127.0.0.1:{other.port}{request.target}"
            return response(302, "Found", headers=[("Location", where), ("Content-Length", "0")])

        assert plain is not None
        camera.own = elsewhere
        known(data, camera)
        log_in(monkeypatch)
        run(capsys, "--all")
        assert other.requests == []


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><EventTriggerList>&a;EventTrigger</EventTriggerList>'
HOSTILE = {
    "an endless body": b"HTTP/1.1 200 OK\r\n\r\n" + b"<DeviceInfo>" * 100_000,
    "a head without end": b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000,
    "an entity bomb": response(
        200, "OK", headers=[("Content-Length", str(len(BOMB)))], body=BOMB.encode()
    ),
    "no HTTP": b"\x00" * 4096,
    "XML without end": response(200, "OK", body=b"<EventTrigger>" * 9000),
    "a thousand channels": response(
        200,
        "OK",
        body=b"<EventTriggerList>"
        + b"".join(
            b"<EventTrigger><eventType>linedetection</eventType><videoInputChannelID>%d"
            b"</videoInputChannelID></EventTrigger>" % n
            for n in range(1000)
        )
        + b"</EventTriggerList>",
    ),
}


@pytest.mark.parametrize("kind", sorted(HOSTILE))
def test_a_hostile_device_ends_within_limits_and_is_filed_or_left(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    camera = Camera(own=lambda _request: HOSTILE[kind])
    with serving(camera):
        known(data, camera)
        log_in(monkeypatch)
        status, told = run(capsys, "--all")
    assert status in {0, 3}
    assert told["devices"][0]["seconds"] < 60
    assert len(camera.requests) <= 160
    assert camera.attempts == []


def test_a_realm_cannot_add_a_header_or_a_parameter(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    camera = Camera()

    def tricky(_request: Request) -> bytes:
        value = 'Digest realm="x\\", uri=\\"http://evil/", nonce="1"'
        headers = [("WWW-Authenticate", value), ("Content-Length", "0")]
        return response(401, "No", headers=headers)

    camera.own = tricky
    with serving(camera):
        known(data, camera)
        log_in(monkeypatch)
        run(capsys, "--all")
    (attempt,) = camera.attempts
    said = attempt.header("authorization") or ""
    (_, parameters), *others = challenges([said])
    assert others == []
    assert parameters["uri"] == "/ISAPI/System/deviceInfo"
    assert parameters["realm"] == 'x", uri="http://evil/'
    assert re.fullmatch(r"Digest [^\r\n]+", said)


def test_settings_that_changed_keep_what_they_were(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(Camera()) as camera:
        known(data, camera)
        log_in(monkeypatch)
        run(capsys, "--all")
        camera.documents["/ISAPI/System/Network/telnetd"] = (
            "<Telnetd><enabled>false</enabled></Telnetd>"
        )
        run(capsys, "--all")
    with opened(data) as register:
        past = [f for f in register.fact_history(1) if f.name == "service.telnet"]
        codes = {f.code for f in register.findings(device_id=1)}
    assert [(f.value, f.ended_at is None) for f in past] == [("on", False), ("off", True)]
    assert "telnet-on" not in codes


def soap(inside: str) -> bytes:
    return onvif.envelope(inside)


@dataclass
class OnvifCamera:
    """An ONVIF camera whose clock is a year behind and that takes tokens by that clock only."""

    asks_http: bool = False  # HTTP Digest in place of a token
    password: str = WORD
    behind: timedelta = timedelta(days=365)
    calls: list[tuple[str, bool]] = field(default_factory=list)  # operation, with a log-in
    refuses: frozenset[str] = frozenset()

    def answer(self, camera: Camera, request: Request) -> bytes:
        operation = onvif.operation_of(request.body) or ""
        proven = bool(request.header("authorization")) or b"UsernameToken" in request.body
        self.calls.append((operation, proven))
        if operation == "GetSystemDateAndTime":
            return self.page(onvif.build_date_time(datetime.now(UTC) - self.behind))
        if self.asks_http and not camera._knows(request):
            return camera.demand()
        if not self.asks_http and not self.right(request.body):
            return self.page(onvif.build_fault(), 400)
        if operation in self.refuses:
            return self.page(onvif.build_fault("ter:NotAuthorized"), 400)
        return self.page(self.told(operation, camera))

    def right(self, body: bytes) -> bool:
        root = xml.parse(body)
        nonce, created = root.text_of("Nonce"), root.text_of("Created")
        if not nonce or not created:
            return False
        off = datetime.fromisoformat(created) - (datetime.now(UTC) - self.behind)
        proof = hashlib.sha1(base64.b64decode(nonce) + (created + self.password).encode()).digest()
        same = root.text_of("Password") == base64.b64encode(proof).decode()
        return same and root.text_of("Username") == USER and abs(off) < timedelta(seconds=10)

    def told(self, operation: str, camera: Camera) -> bytes:
        base = f"http://127.0.0.1:{camera.port}/onvif"
        names = {asks_onvif.MEDIA: "media", asks_onvif.ANALYTICS: "analytics"}
        if operation == "GetServices":
            return onvif.build_services([(n, f"{base}/{p}", "2.0") for n, p in names.items()])
        inside = {
            "GetDeviceInformation": "<Manufacturer>Acme</Manufacturer><Model>Dome 5</Model>"
            "<FirmwareVersion>1.2.3</FirmwareVersion><SerialNumber>AC-778812</SerialNumber>",
            "GetUsers": "<tt:User><tt:Username>admin</tt:Username><tt:UserLevel>Administrator"
            "</tt:UserLevel></tt:User><tt:User><tt:Username>Jane Doe</tt:Username><tt:UserLevel>"
            "User</tt:UserLevel></tt:User>",
            "GetProfiles": '<Profiles token="P1"><VideoAnalyticsConfiguration token="VA &amp; 1">'
            "</VideoAnalyticsConfiguration></Profiles>",
            "GetSupportedRules": '<RuleDescription Name="tt:LineDetector"/>',
            "GetRules": '<Rule Name="door" Type="tt:LineDetector"/>',
        }.get(operation, "")
        return soap(f"<tds:{operation}Response>{inside}</tds:{operation}Response>")

    def page(self, body: bytes, status: int = 200) -> bytes:
        return response(status, "x", headers=[("Content-Length", str(len(body)))], body=body)


@contextmanager
def onvif_camera(own: OnvifCamera) -> Iterator[Camera]:
    camera = Camera(password=own.password)
    camera.own = lambda request: own.answer(camera, request)
    with serving(camera):
        yield camera


def spoke_onvif(folder: Path, camera: Camera) -> None:
    """Let the register know that the camera speaks ONVIF, and no maker."""
    known(folder, maker="")
    place = f"127.0.0.1:{camera.port}"
    seen = observe(
        "onvif.soap.fault", "x", device=place, address="127.0.0.1", port=camera.port, seen_at=NOW
    )
    with opened(folder) as register:
        register.file_identity(Identity(device=place), [seen], None, NOW)


@pytest.mark.parametrize("asks_http", [False, True])
def test_onvif_is_read_by_the_devices_own_clock_or_by_digest(
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    asks_http: bool,
) -> None:
    own = OnvifCamera(asks_http=asks_http)
    with onvif_camera(own) as camera:
        spoke_onvif(data, camera)
        log_in(monkeypatch)
        status, told = run(capsys, "--all")
    (row,) = told["devices"]
    assert (status, row["result"], row["over"]) == (0, "read", "onvif")
    assert own.calls[0] == ("GetSystemDateAndTime", False)
    assert [proven for _, proven in own.calls[1:]].count(False) == 1
    asked = [operation for operation, _ in own.calls]
    assert set(asks_onvif.RULES) <= set(asked)
    assert all(operation.startswith("Get") for operation in asked)
    with opened(data) as register:
        (device,) = register.devices()
        stored = [s.observation for s in register.observations_of(device.id)]
        facts = {f.name: f.value for f in register.facts_of(device.id).facts}
        findings = {f.code for f in register.findings(device_id=device.id)}
    assert device.model == "Dome 5"
    assert facts["accounts.count"] == "2"
    assert abs(int(facts["clock.offset_s"]) + 365 * 86_400) <= 3
    assert "clock-off" in findings
    kept = "".join(o.payload for o in stored)
    assert "Jane" not in kept
    assert "channel=VA" in "".join(o.source or "" for o in stored)


@pytest.mark.parametrize("asks_http", [False, True])
def test_a_wrong_password_over_onvif_is_tried_once(
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    asks_http: bool,
) -> None:
    own = OnvifCamera(asks_http=asks_http, password="another")
    with onvif_camera(own) as camera:
        spoke_onvif(data, camera)
        log_in(monkeypatch)
        for result in ("log-in refused", "refused this log-in before"):
            status, told = run(capsys, "--all")
            assert (status, told["devices"][0]["result"]) == (3, result)
    assert [proven for _, proven in own.calls].count(True) == 1


def test_a_user_who_may_not_read_one_thing_reads_the_rest(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own = OnvifCamera(refuses=frozenset({"GetUsers"}))
    with onvif_camera(own) as camera:
        spoke_onvif(data, camera)
        log_in(monkeypatch)
        status, told = run(capsys, "--all")
        assert (status, told["devices"][0]["result"]) == (0, "read")
        status, told = run(capsys, "--all")  # and it is not remembered as a refusal
    assert (status, told["devices"][0]["result"]) == (0, "read")


def test_a_maker_that_takes_the_log_in_and_an_onvif_that_does_not_are_kept_apart(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own = OnvifCamera(password="only for onvif")
    camera = Camera()
    plain = camera.answer

    def both(request: Request) -> bytes:
        if request.target.startswith("/onvif"):
            return own.answer(camera, request)
        camera.own = None
        try:
            return plain(request)
        finally:
            camera.own = both
            camera.requests.pop()

    camera.own = both
    with serving(camera):
        known(data, camera)
        spoke_onvif(data, camera)
        log_in(monkeypatch)
        status, told = run(capsys, "--all")
        assert (status, told["devices"][0]["over"]) == (0, "isapi")
        proven = [p for _, p in own.calls].count(True)
        assert proven == 1
        status, told = run(capsys, "--all")
        assert (status, told["devices"][0]["over"]) == (0, "isapi")
        assert [p for _, p in own.calls].count(True) == proven


@dataclass
class RpcCamera:
    """A Dahua without CGI: its JSON calls want a log-in with a challenge."""

    password: str = WORD
    encryption: str = "Default"
    methods: list[str] = field(default_factory=list)

    def answer(self, request: Request) -> bytes:
        if request.method != "POST":
            return response(404, "Not Found", headers=[("Content-Length", "0")])
        row = json.loads(request.body)
        self.methods.append(row["method"])
        data = json.dumps(self.told(row, request.target)).encode()
        return response(200, "OK", headers=[("Content-Length", str(len(data)))], body=data)

    def told(self, row: dict, target: str) -> dict:
        told = row.get("params") or {}
        if target == "/RPC2_Login" and not told["password"]:
            given = {"realm": "Login to 1A2B", "random": "77", "encryption": self.encryption}
            error = {"code": 268632079, "message": "Component error: login challenge!"}
            return {"result": False, "error": error, "params": given, "session": "S1"}
        if target == "/RPC2_Login":
            one = hashlib.md5(f"{USER}:Login to 1A2B:{self.password}".encode()).hexdigest().upper()
            two = hashlib.md5(f"{USER}:77:{one}".encode()).hexdigest().upper()
            return {"result": told["password"] == two, "session": "S1"}
        values = {
            "magicBox.getSystemInfo": {"serialNumber": "1A2B", "deviceType": "IPC-HFW1"},
            "userManager.getUserInfoAll": {"users": [{"Name": "admin"}, {"Name": "Jane Doe"}]},
        }
        known = values.get(row["method"])
        return {"result": known is not None and row["session"] == "S1", "params": known}


def test_a_dahua_without_cgi_is_read_by_its_json_calls_in_one_session(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own = RpcCamera()
    with serving(Camera(own=own.answer)) as camera:
        known(data, camera, maker="Dahua")
        log_in(monkeypatch)
        status, told = run(capsys, "--all")
    assert (status, told["devices"][0]["over"], told["devices"][0]["answers"]) == (0, "dahua", 2)
    assert own.methods.count("global.login") == 2  # the question and the one proof
    assert own.methods[-1] == "global.logout"
    reads = [m for m in own.methods if not m.startswith("global.log")]
    assert all(".get" in method for method in reads)
    with opened(data) as register:
        kept = "".join(s.observation.payload for s in register.observations_of(1))
    assert "Jane" not in kept
    assert "admin" in kept


@pytest.mark.parametrize(
    ("own", "result", "attempts"),
    [
        (RpcCamera(password="another"), "log-in refused", 2),
        (RpcCamera(encryption="Basic"), "no usable log-in", 1),
    ],
    ids=["another password", "wants it in clear"],
)
def test_json_calls_are_refused_once_or_not_tried(
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    own: RpcCamera,
    result: str,
    attempts: int,
) -> None:
    with serving(Camera(own=own.answer)) as camera:
        known(data, camera, maker="Dahua")
        log_in(monkeypatch)
        status, told = run(capsys, "--all")
        assert (status, told["devices"][0]["result"]) == (3, result)
        assert own.methods == ["global.login"] * attempts
        if result == "log-in refused":
            run(capsys, "--all")
            assert own.methods == ["global.login"] * attempts


@pytest.mark.parametrize("status_code", [403, 500, 404])
def test_another_no_than_401_is_no_reason_to_try_for_long(
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    status_code: int,
) -> None:
    camera = Camera()

    def odd(request: Request) -> bytes:
        if not request.header("authorization"):
            return camera.demand()
        return response(status_code, "No", headers=[("Content-Length", "0")])

    camera.own = odd
    with serving(camera):
        known(data, camera)
        log_in(monkeypatch)
        status, _ = run(capsys, "--all")
    assert status == 3
    assert len(camera.attempts) == (1 if status_code == 403 else visit.PATIENCE)


def test_a_log_in_that_gets_no_answer_is_not_given_again_in_this_run(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    camera = Camera()
    camera.own = lambda request: b"" if request.header("authorization") else camera.demand()
    with serving(camera):
        known(data, camera)
        log_in(monkeypatch)
        status, told = run(capsys, "--all")
    assert (status, told["devices"][0]["result"]) == (3, "no answer")
    assert len(camera.attempts) == 1
