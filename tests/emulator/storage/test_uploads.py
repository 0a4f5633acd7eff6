"""The files API: uploads, quota, three days."""

from __future__ import annotations

import base64
import io

import pytest
from PIL import Image

from evolink_widgets.emulator.http.app import FILES_URL
from evolink_widgets.emulator.service.service import Service
from evolink_widgets.emulator.storage.stored_uploads import KEEP_SECONDS, MAX_FILES

from ..conftest import Ask, Caller, Clock

FILES = f"{FILES_URL}/api/v1/files"
UPLOAD = f"{FILES}/upload"


def picture(kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(out, kind)
    return out.getvalue()


def multipart(data: bytes, **fields: str) -> tuple[bytes, str]:
    mark = "mark-of-the-parts"
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode()
        for k, v in fields.items()
    ]
    head = 'Content-Disposition: form-data; name="file"; filename="a fox.png"\r\n\r\n'
    parts.append(f"--{mark}\r\n{head}".encode() + data + b"\r\n")
    return b"".join([*parts, f"--{mark}--\r\n".encode()]), f"multipart/form-data; boundary={mark}"


def as_base64(data: bytes) -> dict[str, str]:
    return {"base64_data": base64.b64encode(data).decode()}


def test_a_stream_is_stored_and_can_be_fetched(call: Caller) -> None:
    body, kind = multipart(picture(), upload_path="mine")
    reply = call("POST", f"{UPLOAD}/stream", body=body, content_type=kind)
    data = reply.json["data"]
    assert (reply.status, reply.json["success"], data["mime_type"]) == (200, True, "image/png")
    assert (data["original_name"], data["upload_path"]) == ("a fox.png", "mine")
    assert call("GET", data["file_url"], key=None).body == picture()


def test_a_field_that_is_sent_twice_is_refused(call: Caller) -> None:
    body, kind = multipart(picture(), upload_path="mine")
    mark = kind.rpartition("=")[2]
    part = f'--{mark}\r\nContent-Disposition: form-data; name="upload_path"\r\n\r\nx\r\n'
    reply = call("POST", f"{UPLOAD}/stream", body=part.encode() + body, content_type=kind)
    assert (reply.status, reply.json["success"]) == (400, False)


@pytest.mark.parametrize("prefix", ["", "data:image/png;base64,"])
def test_base64_is_taken_plain_and_as_a_data_url(call: Caller, prefix: str) -> None:
    text = prefix + base64.b64encode(picture("WEBP")).decode()
    reply = call("POST", f"{UPLOAD}/base64", json_body={"base64_data": text, "fileName": "x.webp"})
    assert reply.json["data"]["mime_type"] == "image/webp"
    assert reply.json["data"]["file_name"] == "x.webp"


def test_a_link_to_what_it_serves_itself_is_fetched(call: Caller) -> None:
    first = call("POST", f"{UPLOAD}/base64", json_body=as_base64(picture())).json["data"]
    reply = call("POST", f"{UPLOAD}/url", json_body={"file_url": first["file_url"]})
    assert reply.json["data"]["file_size"] == first["file_size"]
    beyond = call("POST", f"{UPLOAD}/url", json_body={"file_url": "https://example.com/a.png"})
    assert (beyond.status, beyond.json["success"]) == (400, False)


@pytest.mark.parametrize(
    ("way", "body"),
    [
        ("base64", {"base64_data": "%%%"}),
        ("base64", {"base64_data": base64.b64encode(b"<svg/>").decode()}),
        ("base64", {}),
        ("base64", []),
        ("url", {"file_url": 7}),
        ("url", None),
        ("stream", {"file": "x"}),
    ],
)
def test_what_is_no_picture_is_refused_in_the_files_apis_shape(
    call: Caller, way: str, body: object
) -> None:
    reply = call("POST", f"{UPLOAD}/{way}", json_body=body)
    assert reply.status == 400
    assert reply.json["success"] is False
    assert reply.json["msg"]


def test_files_are_listed_counted_deleted_and_gone_after_three_days(
    call: Caller, clock: Clock
) -> None:
    ids = [
        call("POST", f"{UPLOAD}/base64", json_body=as_base64(picture())).json["data"]["file_id"]
        for _ in range(3)
    ]
    assert call("GET", f"{FILES}/quota").json["data"]["used_files"] == 3
    assert call("DELETE", f"{FILES}/{ids[0]}").status == 200
    assert call("DELETE", f"{FILES}/{ids[0]}").status == 404
    assert call("GET", f"{FILES}/list?page=1&pageSize=10").json["data"]["total"] == 2
    clock.now += KEEP_SECONDS + 1
    assert call("GET", f"{FILES}/list").json["data"]["total"] == 0


def test_the_quota_ends(call: Caller, service: Service) -> None:
    for _ in range(MAX_FILES):
        service.files.put(picture())
    reply = call("POST", f"{UPLOAD}/base64", json_body=as_base64(picture()))
    assert (reply.status, reply.json["success"]) == (403, False)


def test_a_stored_picture_is_a_reference_but_no_gif_and_not_when_it_is_gone(
    call: Caller, ask: Ask, service: Service, clock: Clock
) -> None:
    def store(kind: str) -> dict:
        return call("POST", f"{UPLOAD}/base64", json_body=as_base64(picture(kind))).json["data"]

    kept, gone, moving = store("PNG"), store("JPEG"), store("GIF")
    call("DELETE", f"{FILES}/{gone['file_id']}")
    reply = ask(image_urls=[moving["download_url"].replace(".gif", "")])
    assert (reply.status, reply.error["param"]) == (400, "image_urls")
    ids = [ask(image_urls=[one["file_url"]]).json["id"] for one in (kept, gone)]
    clock.now += 3600
    good, bad = (call("GET", f"/v1/tasks/{task_id}").json for task_id in ids)
    assert (good["status"], bad["status"]) == ("completed", "failed")
    assert bad["error"]["code"] == "resource_not_found"
    assert bad["usage"]["credits_used"] == 0


def test_a_picture_of_a_task_can_be_stored_by_its_link(
    call: Caller, ask: Ask, clock: Clock
) -> None:
    task_id = ask(quality="low").json["id"]
    clock.now += 3600
    (link,) = call("GET", f"/v1/tasks/{task_id}").json["results"]
    whole = call("GET", link, key=None).body
    stored = call("POST", f"{UPLOAD}/url", json_body={"file_url": link}).json["data"]
    assert call("GET", stored["file_url"], key=None).body == whole
    wrong = call("POST", f"{UPLOAD}/url", json_body={"file_url": link + "0"})
    assert (wrong.status, wrong.json["success"]) == (400, False)


def test_a_name_cannot_leave_its_folder(call: Caller) -> None:
    body = {**as_base64(picture()), "file_name": "../../etc/passwd", "upload_path": "../.."}
    data = call("POST", f"{UPLOAD}/base64", json_body=body).json["data"]
    assert "/" not in data["file_name"]
    assert ".." not in data["upload_path"]
