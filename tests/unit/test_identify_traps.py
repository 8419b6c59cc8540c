"""Answers that look like one maker's and are not: each was a wrong accusation somewhere."""

import json

import pytest

from custodes.find.identify.core import identify
from custodes.identity import Identity
from custodes.observation import observe


def say(field: str, payload: str) -> Identity:
    return identify([observe(field, payload)])


def scopes(*paths: str) -> str:
    return " ".join(f"onvif://www.onvif.org/{path}" for path in paths)


def dhip(**info: object) -> str:
    mac = info.pop("mac", "")
    params = {"deviceInfo": {"DeviceClass": "IPC", "Version": "2.800.0000000.8.R", **info}}
    return json.dumps({"mac": mac, "method": "client.notifyDevInfo", "params": params})


def information(manufacturer: str, model: str, firmware: str = "1.0") -> str:
    return (
        "<s:Envelope xmlns:tds='http://www.onvif.org/ver10/device/wsdl'><tds:Manufacturer>"
        f"{manufacturer}</tds:Manufacturer><tds:Model>{model}</tds:Model>"
        f"<tds:FirmwareVersion>{firmware}</tds:FirmwareVersion></s:Envelope>"
    )


def test_the_hikwsd_namespace_does_not_make_it_hikvision() -> None:
    text = (
        "<env:Envelope xmlns:hikwsd='http://www.onvifext.com/onvif/ext/ver10/wsdl' "
        "xmlns:tds='http://www.onvif.org/ver10/device/wsdl'><tds:Manufacturer>IPCAM"
        "</tds:Manufacturer><tds:Model>C6F0SoZ3N0PdL2</tds:Model></env:Envelope>"
    )
    found = say("onvif.soap.GetDeviceInformation", text)
    assert (found.vendor, found.maker, found.is_surveillance) == (None, None, True)


def test_the_imkh_header_does_not_make_it_hikvision() -> None:
    found = say("rtsp.sdp", "v=0\r\ns=Media\r\na=Media_header:MEDIAINFO=494D4B48010100000400\r\n")
    assert found.vendor is None


def test_a_foreign_camera_behind_a_hikvision_recorder_is_not_hikvision() -> None:
    text = (
        "<InputProxyChannel><proxyProtocol>ONVIF</proxyProtocol><model>JVSWO708-PO300M2</model>"
        "<serialNumber>00000000000000000000</serialNumber></InputProxyChannel>"
    )
    found = say("isapi.InputProxyChannel", text)
    assert (found.vendor, found.maker, found.model) == (None, None, "JVSWO708-PO300M2")
    assert found.serial is None


def test_a_channel_list_does_not_overwrite_the_recorder() -> None:
    channel = (
        "<InputProxyChannel><id>{}</id><proxyProtocol>HIKVISION</proxyProtocol>"
        "<model>DS-2CD2055FWD-I</model><firmwareVersion>V5.6.6</firmwareVersion>"
        "</InputProxyChannel>"
    )
    info = (
        "<DeviceInfo xmlns='http://www.hikvision.com/ver20/XMLSchema'>"
        "<model>DS-7608NXI-I2/8P/S</model><firmwareVersion>V4.62.210</firmwareVersion>"
        "<deviceType>NVR</deviceType></DeviceInfo>"
    )
    seen = [observe("isapi.InputProxyChannel", channel.format(n)) for n in (1, 2)]
    together = identify([*seen, observe("isapi.deviceInfo", info)])
    assert (together.model, together.device_type) == ("DS-7608NXI-I2/8P/S", "recorder")
    assert together.firmware == "V4.62.210"
    only_the_list = identify(seen)
    assert (only_the_list.model, only_the_list.device_type) == (None, "recorder")
    alone = identify(seen[:1])
    assert (alone.model, alone.device_type) == ("DS-2CD2055FWD-I", "camera")


def test_a_neutral_label_on_dahuas_platform_is_no_brand() -> None:
    found = say("dhip.client.notifyDevInfo", dhip(DeviceType="XYZ-100", Vendor="General"))
    assert (found.vendor, found.maker) == (None, "Dahua")


def test_a_neutral_label_with_dahuas_own_model_serial_and_prefix_is_dahuas() -> None:
    text = dhip(
        DeviceType="IPC-HDW1431T1-S4",
        Vendor="Private",
        SerialNo="6C01E93PAG69A7D",
        mac="08:ed:ed:87:42:7a",
    )
    found = say("dhip.client.notifyDevInfo", text)
    assert (found.vendor, found.maker, found.mac) == ("Dahua", "Dahua", "08:ed:ed:87:42:7a")
    assert found.confidence < 1.0


def test_a_rebadge_keeps_its_brand_and_its_maker() -> None:
    found = say("dhip.client.notifyDevInfo", dhip(DeviceType="W461ASC", Vendor="Lorex"))
    assert (found.vendor, found.maker, found.confidence) == ("Lorex", "Dahua", 1.0)


def test_the_scope_that_dahuas_platform_leaves_shows_the_maker_under_any_name() -> None:
    for name, brand in (("CPPlus", "CP Plus"), ("General", None)):
        text = scopes(f"name/{name}", "hardware/X-1", "extension/unique_identifier", "type/ptz")
        found = say("onvif.ProbeMatch", text)
        assert (found.vendor, found.maker) == (brand, "Dahua")


def test_words_that_name_nobody_are_no_brand_but_the_platform_shows() -> None:
    for word in ("H264", "General", "IPCAM", "ONVIF", "Private"):
        text = information(
            word, "XM530_50X50-WG_8M", "V5.00.R02.L5330747.10010.349917..ONVIF 16.12"
        )
        found = say("onvif.soap.GetDeviceInformation", text)
        assert (found.vendor, found.maker) == (None, "Xiongmai"), word


def test_an_ipc_model_prefix_names_nobody() -> None:
    found = say("onvif.soap.GetDeviceInformation", information("IPC", "IPC-B640H"))
    assert found.vendor is None


def test_a_recorder_on_hikvisions_platform_with_a_foreign_number_is_of_unknown_brand() -> None:
    text = (
        "<DeviceInfo xmlns='http://www.std-cgi.com/ver20/XMLSchema'><model>ACR4-40</model>"
        "<serialNumber>ACR4-4004</serialNumber></DeviceInfo>"
    )
    found = say("isapi.deviceInfo", text)
    assert (found.vendor, found.maker, found.is_surveillance) == (None, "Hikvision", True)


def test_the_prefix_of_a_platform_maker_is_found_under_many_badges_and_names_none() -> None:
    found = say("mac.address", "B4-4C-3B-F4-E3-01")
    assert (found.vendor, found.maker, found.mac) == (None, "Dahua", "b4:4c:3b:f4:e3:01")
    assert found.confidence < 0.5


def test_a_prefix_does_not_contradict_the_badge() -> None:
    seen = [
        observe("mac.address", "44:47:cc:00:00:01"),
        observe("onvif.soap.GetDeviceInformation", information("EZVIZ", "CS-C3W")),
    ]
    found = identify(seen)
    assert (found.vendor, found.maker, found.confidence) == ("EZVIZ", "Hikvision", 1.0)


def test_a_locally_made_up_address_names_nobody() -> None:
    assert say("mac.address", "46:47:cc:00:00:01").maker is None


def test_a_magewell_encoder_on_the_sadp_group_is_no_camera() -> None:
    text = '{"version":"1.0","flag":"ssip","product":"Ultra Encode","serialnumber":"B3132"}'
    found = say("udp.discovery", text)
    assert found.vendor not in ("Hikvision", "Axis")
    assert found.model == "Ultra Encode"


def test_a_ws_discovery_answer_in_the_sadp_field_is_no_sadp() -> None:
    assert (
        say("sadp.ProbeMatch", "<ProbeMatch><Types>wsdp:Device</Types></ProbeMatch>").maker is None
    )
    changed = "<ProbeMatch><Types>update</Types><DeviceDescription>DS-2CD1</DeviceDescription>"
    assert say("sadp.ProbeMatch", changed).vendor is None


def test_generic_web_servers_and_words_name_no_vendor() -> None:
    for field, text in (
        ("http.header.server", "GoAhead-Webs"),
        ("http.header.server", "lighttpd/1.4.35"),
        ("http.title", "IP Camera"),
        ("http.realm", "IPCamera Login"),
    ):
        assert say(field, text).vendor is None, text


def test_plain_words_tell_a_camera_from_a_router() -> None:
    camera = say("http.header.www-authenticate", 'Basic realm="IPCamera Login"')
    assert (camera.is_surveillance, camera.device_type) == (True, "camera")
    router = say("http.header.www-authenticate", 'Basic realm="ADSL2+ Router"')
    assert router.is_surveillance is False


def test_a_recorder_that_gives_a_number_for_its_type_has_its_model_elsewhere() -> None:
    text = "deviceType=31\nserialNumber=BD04CE2PAJ3B9BF\nupdateSerial=DH-NVR5232-4KS3/I\n"
    found = say("http.cgi.magicBox.getSystemInfo", text)
    assert (found.vendor, found.model, found.device_type) == ("Dahua", "NVR5232-4KS3/I", "recorder")


def test_an_axis_speaker_is_axis_and_no_camera() -> None:
    described = "; AXIS C3003-E; Network Speaker; 1.65.032; Oct 12 2017 11:42; 709; 1;"
    text = f".1.3.6.1.2.1.1.1.0 = STRING: {described}"
    found = say("snmp.record", text)
    assert (found.vendor, found.model, found.is_surveillance) == ("Axis", "C3003-E", False)


def test_what_a_person_wrote_does_not_outweigh_the_device() -> None:
    seen = [
        observe(
            "asset.record", '{"manufacturer": "Axis", "model": "P3343", "mac": "44-47-cc-1-1-1"}'
        ),
        observe(
            "sadp.ProbeMatch",
            "<ProbeMatch><Types>inquiry</Types><DeviceDescription>DS-2CD2185FWD-I"
            "</DeviceDescription><DeviceSN>DS-2CD2185FWD-I1</DeviceSN></ProbeMatch>",
        ),
    ]
    found = identify(seen)
    assert (found.vendor, found.model) == ("Hikvision", "DS-2CD2185FWD-I")
    assert [e.matched for e in found.evidence if e.conclusion == "vendor" and e.against] == ["Axis"]
    alone = identify(seen[:1])
    assert alone.vendor == "Axis"
    assert alone.confidence <= 0.25


def test_gb28181_catalogues_are_read_even_when_cut() -> None:
    text = "<Response><Item><Manufacturer>Dahua</Manufacturer><Model>DH-SD-6C3230UE-HN</Model><Own"
    found = say("gb28181.Catalog", text)
    assert (found.vendor, found.model, found.device_type) == (
        "Dahua",
        "DH-SD-6C3230UE-HN",
        "camera",
    )


def test_an_axis_device_declares_itself_over_vapix() -> None:
    text = (
        '{"apiVersion":"1.3","data":{"propertyList":{"Brand":"AXIS","ProdNbr":"Q1656",'
        '"ProdType":"Network Camera","SerialNumber":"B8A44FC2C544","Version":"10.12.114"}}}'
    )
    found = say("http.vapix.basicDeviceInfo", text)
    assert (found.vendor, found.model, found.firmware) == ("Axis", "Q1656", "10.12.114")
    assert (found.mac, found.device_type) == ("b8:a4:4f:c2:c5:44", "camera")
    assert found.confidence == 1.0
    listed = say("http.vapix.param.Brand", "root.Brand.Brand=AXIS\nroot.Brand.ProdNbr=P3343\n")
    assert (listed.vendor, listed.model) == ("Axis", "P3343")


def test_an_onvif_host_name_that_is_the_address_gives_the_address() -> None:
    text = "<s:E xmlns:tt='http://www.onvif.org/ver10/schema'><tt:Name>ec71db48b85d</tt:Name></s:E>"
    assert say("onvif.soap.GetHostname", text).mac == "ec:71:db:48:b8:5d"
    named = text.replace("ec71db48b85d", "frontdoor")
    assert say("onvif.soap.GetHostname", named).mac is None


def test_an_address_at_the_end_of_a_uuid_counts_only_with_a_known_prefix() -> None:
    uuid = "<Address>urn:uuid:ae67e622-7a66-465e-bab0-{}</Address>"
    known = say("onvif.ProbeMatch", uuid.format("ec71db1c7185"))
    assert (known.mac, known.is_surveillance) == ("ec:71:db:1c:71:85", True)
    assert say("onvif.ProbeMatch", uuid.format("123456abcdef")).mac is None


@pytest.mark.parametrize("server", ["nginx/1.18.0", "Apache/2.4.41 (Ubuntu)", "lighttpd/1.4.35"])
def test_a_web_server_that_any_device_may_carry_names_nobody(server: str) -> None:
    found = say("http.header.server", server)
    assert (found.vendor, found.maker, found.is_surveillance) == (None, None, None)


def test_a_box_that_its_owner_called_store_is_no_shop() -> None:
    assert say("http.title", "Store - Synology DiskStation").vendor == "Synology"
    assert say("http.title", "Dahua IP Camera Store – best offers").vendor is None
