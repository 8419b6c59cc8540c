"""A real RTSP server that nobody here wrote: GStreamer's, run by the system's own Python.

usage: /usr/bin/python3 gstreamer_server.py ADDRESS PORT
"""

import sys

import gi  # type: ignore[import-not-found]

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # type: ignore[import-not-found]  # noqa: E402

Gst.init(None)
server = GstRtspServer.RTSPServer()
server.set_address(sys.argv[1])
server.set_service(sys.argv[2])
factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch("( videotestsrc is-live=true ! jpegenc ! rtpjpegpay name=pay0 pt=26 )")
factory.set_shared(True)
server.get_mount_points().add_factory("/", factory)
server.get_mount_points().add_factory("/test", factory)
if not server.attach(None):
    sys.exit("cannot listen")
print("ready", flush=True)
GLib.timeout_add_seconds(120, lambda: sys.exit(0))
GLib.MainLoop().run()
