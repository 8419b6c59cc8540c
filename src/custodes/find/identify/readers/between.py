"""What stands between us and a camera: proxies before it, programs that record or pass it on. Pure.

A proxy's name says nothing of what is behind it. A program on a computer that speaks ONVIF or RTSP
is no camera, whatever cameras it shows. Each is told as a condition of the address.
"""

import re
from functools import cache
from typing import Final

from custodes.find.identify import names
from custodes.find.identify.claims import BANNER, LOOKS, Reading
from custodes.find.identify.wordstarts import starts

PROXY: Final = "condition.proxy"
SOFTWARE: Final = "condition.management_software"
_SOURCE: Final = "headers and cookies that proxies add (their manuals; RFC 9110 §7.6.3 for Via)"

# A header that only what stands in front adds -> whose header it is.
HEADERS: Final = {
    "cf-ray": "Cloudflare",
    "x-varnish": "Varnish",
    "x-amz-cf-id": "Amazon CloudFront",
    "x-azure-ref": "Azure Front Door",
    "x-iinfo": "Imperva",
    "x-sucuri-id": "Sucuri",
    "x-akamai-transformed": "Akamai",
}
_SERVERS: Final = (
    (r"cloudflare(?:-nginx)?", "Cloudflare"),
    (r"varnish", "Varnish"),
    (r"(?:istio-)?envoy", "Envoy"),
    (r"traefik", "Traefik"),
    (r"awselb/", "Amazon's load balancer"),
    (r"cloudfront", "Amazon CloudFront"),
    (r"akamai(?:ghost|netstorage)", "Akamai"),
    (r"squid", "Squid"),
    (r"haproxy", "HAProxy"),
    (r"big-?ip", "F5 BIG-IP"),
    (r"caddy", "Caddy"),
    (r"microsoft-azure-application-gateway", "Azure Application Gateway"),
    (r"(?:nginx )?openresty", "OpenResty"),
    (r"kong/", "Kong"),
    (r"imperva|incapsula", "Imperva"),
    (r"netscaler", "Citrix NetScaler"),
)
_COOKIES: Final = (
    (r"BIGipServer", "F5 BIG-IP"),
    (r"AWSALB(?:CORS)?=", "Amazon's load balancer"),
    (r"__cf_bm=|__cfduid=|cf_clearance=", "Cloudflare"),
    (r"(?:visid_)?incap_", "Imperva"),
    (r"ARRAffinity", "Azure"),
    (r"NSC_[A-Za-z0-9_.-]{3,}=", "Citrix NetScaler"),
)
_TITLES: Final = (
    (r"Welcome to nginx!", "nginx"),
    (r"50[234] (?:Bad Gateway|Service (?:Temporarily )?Unavailable|Gateway Time-?out)", "A proxy"),
    (r"(?:Default Site|Congratulations \| Nginx Proxy Manager|Nginx Proxy Manager)", "nginx"),
    (r"Traefik", "Traefik"),
    (r"Attention Required! \| Cloudflare|Just a moment\.\.\.", "Cloudflare"),
)
_VIA: Final = re.compile(r"(?:HTTPS?/)?\d\.\d\s+([^\s,(]{1,60})(?:\s+\(([^),]{1,60})\))?")

# Programs that show, record or pass on other devices' pictures, by the names that they give.
# name, maker as in makers.toml or "", kind of device, pattern on a title, banner or manufacturer
_VMS: Final = "video management system"
_RELAY: Final = "media server"
_PROGRAMS: Final = (
    ("Milestone XProtect", "Milestone", _VMS, r"milestone (?:systems|xprotect)|xprotect"),
    ("Milestone XProtect", "Milestone", _VMS, r"(?:milestone )?(?:onvif|open network) bridge"),
    ("Genetec Security Center", "Genetec", _VMS, r"genetec|security center|omnicast"),
    ("Nx Witness", "", _VMS, r"nx (?:witness|meta|cloud)|network optix|hd witness"),
    ("DW Spectrum", "Digital Watchdog", _VMS, r"dw spectrum|(?:digital )?watchdog vms"),
    ("Wisenet WAVE", "Hanwha", _VMS, r"(?:hanwha )?wisenet wave"),
    ("Blue Iris", "", _VMS, r"blue ?iris"),
    ("Frigate", "", _VMS, r"frigate(?: nvr)?(?=$|[ /])"),
    ("MediaMTX", "", _RELAY, r"mediamtx|rtsp-simple-server|gortsplib"),
    ("go2rtc", "", _RELAY, r"go2rtc"),
    ("Wyze Bridge", "", _RELAY, r"(?:docker[ -])?wyze[ -]bridge"),
    ("ZoneMinder", "", _VMS, r"zoneminder|zm - (?:log ?in|console)"),
    ("Shinobi", "", _VMS, r"shinobi(?: (?:systems|cctv|video|pro|login))?$"),
    ("Synology Surveillance Station", "Synology", _VMS, r"(?:synology )?surveillance station"),
    ("QNAP QVR", "QNAP", _VMS, r"qvr(?: (?:pro|elite|guard|center))?(?=$|[ /-])|qnap surveillance"),
    ("iSpy / Agent DVR", "", _VMS, r"ispy(?: connect)?(?=$|[ /])|agent ?dvr"),
    ("exacqVision", "Exacq", _VMS, r"exacq ?vision"),
    ("Avigilon Control Center", "Avigilon", _VMS, r"avigilon control cent(?:er|re)"),
    ("Luxriot", "", _VMS, r"luxriot"),
    ("Digifort", "", _VMS, r"digifort"),
    ("Scrypted", "", _VMS, r"scrypted"),
    ("motionEye", "", _VMS, r"motioneye"),
    ("Motion", "", _VMS, r"motion-httpd|motion/\d"),
    ("Kerberos.io", "", _VMS, r"kerberos(?:\.io| agent)"),
    ("Viseron", "", _VMS, r"viseron"),
    ("Moonfire NVR", "", _VMS, r"moonfire"),
    ("SecuritySpy", "", _VMS, r"security ?spy"),
    ("Bluecherry", "", _VMS, r"bluecherry"),
    ("Xeoma", "", _VMS, r"xeoma"),
    ("Ivideon Server", "", _VMS, r"ivideon server"),
    ("Axxon", "", _VMS, r"axxon ?(?:next|one|soft)"),
    ("Macroscop", "", _VMS, r"macroscop|eocortex"),
    ("UniFi Video", "Ubiquiti", _VMS, r"unifi[ -]video"),
    ("HikCentral", "Hikvision", _VMS, r"hik ?central|ivms-(?:4200|8700|5200)"),
    ("Dahua DSS", "Dahua", _VMS, r"(?:dahua )?dss (?:pro|express|client|professional)"),
    ("Orchid", "", _VMS, r"orchid (?:core|fusion|hybrid)"),
    ("CompleteView", "", _VMS, r"completeview"),
    ("Ocularis", "", _VMS, r"ocularis"),
    ("Aimetis Symphony", "", _VMS, r"aimetis|symphony server"),
    ("go1984", "", _VMS, r"go1984"),
    ("EvoCam", "", _VMS, r"evocam"),
    ("Webcam 7 / XP", "", _VMS, r"webcam ?(?:7|xp)(?=$|[ /])"),
    ("Yawcam", "", _VMS, r"yawcam"),
    ("Devline Line", "", _VMS, r"devline"),
)


@cache
def _either(rows: tuple[tuple[str, str], ...]) -> re.Pattern[str]:
    """One pattern for all, for lower case; the number of the group that matched is the row."""
    return re.compile("|".join(f"({pattern.lower()})" for pattern, _ in rows))


def _named(rows: tuple[tuple[str, str], ...], found: re.Match[str] | None) -> str | None:
    return rows[found.lastindex - 1][1] if found is not None and found.lastindex else None


_PROGRAM_ROWS: Final = tuple((pattern, name) for name, _, _, pattern in _PROGRAMS)
# A word of each, as wordstarts cuts it.
_STARTS: Final = frozenset(
    "milest xprote bridge genete securi omnica nx optix witnes dw watchd wisene blue blueir frigat "
    "mediam simple gortsp go2rtc wyze zonemi zm shinob survei qvr qnap ispy ispyco agent agentd "
    "exacq exacqv avigil luxrio digifo scrypt motion kerber visero moonfi bluech xeoma ivideo "
    "axxon axxonn axxono axxons macros eocort unifi hik hikcen ivms dss orchid comple ocular "
    "aimeti sympho go1984 evocam webcam yawcam devlin".split()
)
_GAP: Final = re.compile(r"(?<![A-Za-z0-9])")


def header(field: str, text: str) -> Reading:
    """A header of its own: whoever adds it stands in front."""
    reading = Reading("proxy-header", field, _SOURCE)
    reading.say(PROXY, HEADERS.get(field.rpartition(".")[2]), BANNER, text)
    return reading


def via(field: str, text: str) -> Reading:
    """`Via: 1.1 varnish, 1.1 google`: those who passed the answer on."""
    reading = Reading("proxy-via", field, _SOURCE)
    found = _VIA.match(text.strip())
    if found is not None:
        reading.say(PROXY, (found[2] or found[1]).strip(), BANNER, text)
    return reading


def server(field: str, text: str) -> Reading:
    """The name of a web server that only passes requests on, or of a program."""
    reading = Reading("proxy-server", field, _SOURCE)
    reading.say(PROXY, _named(_SERVERS, _either(_SERVERS).match(text.lower())), BANNER, text)
    reading.claims += program(field, text).claims
    return reading


def cookie(field: str, text: str) -> Reading:
    """A cookie that a load balancer sets to find its way back."""
    reading = Reading("proxy-cookie", field, _SOURCE)
    reading.say(PROXY, _named(_COOKIES, _either(_COOKIES).match(text.lower())), BANNER, text)
    return reading


def title(field: str, text: str) -> Reading:
    """The page of a proxy that has nothing behind it, or of a program."""
    reading = Reading("proxy-page", field, _SOURCE)
    reading.say(
        PROXY, _named(_TITLES, _either(_TITLES).fullmatch(text.strip().lower())), BANNER, text
    )
    reading.claims += program(field, text).claims
    return reading


_PROGRAM_SOURCE: Final = "the program's name as it gives it in its pages and banners"


def program(field: str, text: str) -> Reading:
    """A program that shows or records other devices' pictures, by its own name."""
    reading = Reading("camera-software", field, _PROGRAM_SOURCE)
    if _STARTS.isdisjoint(starts(text[:256])):
        return reading
    lowered = text[:256].lower()
    found = _either(_PROGRAM_ROWS).search(lowered)
    if found is None or found.lastindex is None or not _GAP.match(lowered, found.start()):
        return reading
    name, maker, kind, _ = _PROGRAMS[found.lastindex - 1]
    shown = text[:200]
    reading.say(SOFTWARE, name, BANNER, shown)
    reading.say("product_family", name, LOOKS, shown)
    reading.say("device_type", kind, BANNER, shown)
    if maker:
        reading.say("vendor", names.brand(maker), BANNER, shown)
    return reading
