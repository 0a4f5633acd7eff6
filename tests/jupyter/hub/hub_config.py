"""A JupyterHub for one test: two users, servers as plain processes, and a proxy in Python.

The hub's usual proxy needs Node. This one is a part of the hub's process and forwards HTTP and
WebSockets by the longest prefix, as that one does.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jupyterhub.proxy import Proxy
from tornado import web, websocket
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.httpserver import HTTPServer

settings = json.loads(os.environ["TEST_HUB"])
home = Path(settings["home"])


class PrefixProxy(Proxy):
    """Forwards by prefix, in this process."""

    should_start = True

    async def start(self) -> None:
        self.table: dict[str, tuple[str, Any]] = {}
        application = web.Application([(".*", Forward, {"proxy": self})])
        self.server = HTTPServer(application)
        self.server.listen(urlsplit(self.public_url).port, "127.0.0.1")

    def stop(self) -> None:
        self.server.stop()

    async def add_route(self, routespec: str, target: str, data: Any) -> None:
        self.table[routespec] = (target, data)

    async def delete_route(self, routespec: str) -> None:
        self.table.pop(routespec, None)

    async def get_all_routes(self) -> dict[str, Any]:
        return {
            spec: {"routespec": spec, "target": target, "data": data}
            for spec, (target, data) in self.table.items()
        }

    def target_of(self, uri: str) -> str:
        """Where a request goes: to the route with the longest prefix."""
        fits = [spec for spec in self.table if uri.startswith(spec)]
        return self.table[max(fits, key=len)][0].rstrip("/") + uri


class Forward(websocket.WebSocketHandler):
    """One request, or one socket, to where its prefix leads."""

    SUPPORTED_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")

    def initialize(self, proxy: PrefixProxy) -> None:
        self.proxy = proxy

    def check_xsrf_cookie(self) -> None:
        """What is forwarded is looked at where it goes to."""

    def check_origin(self, origin: str) -> bool:
        return True

    async def get(self, *given: Any, **named: Any) -> None:
        if self.request.headers.get("Upgrade", "").lower() == "websocket":
            await super().get(*given, **named)
        else:
            await self.forward()

    async def forward(self) -> None:
        body = self.request.body
        request = HTTPRequest(
            self.proxy.target_of(self.request.uri),
            method=self.request.method,
            headers=self.request.headers,
            body=body if body or self.request.method in ("POST", "PUT", "PATCH") else None,
            follow_redirects=False,
            allow_nonstandard_methods=True,
            decompress_response=False,
        )
        answer = await AsyncHTTPClient(force_instance=True).fetch(request, raise_error=False)
        self.set_status(answer.code)
        for name, value in answer.headers.get_all():
            if name.lower() not in ("transfer-encoding", "connection", "content-length"):
                self.add_header(name, value)
        if answer.body and answer.code not in (204, 304):
            self.write(answer.body)
        await self.finish()

    post = put = patch = delete = head = options = forward

    async def open(self, *given: str, **named: str) -> None:
        where = self.proxy.target_of(self.request.uri).replace("http", "ws", 1)
        kept = {"Authorization", "Cookie", "Origin"}
        headers = {name: self.request.headers[name] for name in kept & set(self.request.headers)}
        self.other = await websocket.websocket_connect(
            HTTPRequest(where, headers=headers), on_message_callback=self.heard
        )

    def heard(self, message: str | bytes | None) -> None:
        if message is None:
            self.close()
        else:
            self.write_message(message, isinstance(message, bytes))

    def on_message(self, message: str | bytes) -> None:
        self.other.write_message(message, isinstance(message, bytes))

    def on_close(self) -> None:
        if getattr(self, "other", None) is not None:
            self.other.close()


c: Any = get_config()  # noqa: F821 - the hub gives it
c.JupyterHub.proxy_class = PrefixProxy
c.JupyterHub.bind_url = c.JupyterHub.public_url = settings["url"]
c.JupyterHub.hub_port = settings["hub_port"]
c.JupyterHub.db_url = "sqlite:///" + str(home / "hub.sqlite")
c.JupyterHub.cookie_secret_file = str(home / "cookie_secret")
c.JupyterHub.authenticator_class = "dummy"
c.JupyterHub.spawner_class = "simple"
c.Authenticator.allow_all = True
c.JupyterHub.load_roles = [
    {"name": "user", "scopes": ["self"]},
    {"name": "looks", "services": ["ada"], "scopes": ["access:servers!user=ada"]},
    {"name": "starts", "services": ["starter"],
     "scopes": ["admin:users", "admin:servers", "access:servers", "tokens"]},
]  # fmt: skip
c.JupyterHub.services = [
    {"name": name, "api_token": settings[name]} for name in ("ada", "starter", "stranger")
]
# A class's gateway, as docs/howto/course.md has it.
c.JupyterHub.services += [{
    "name": "evolink",
    "url": f"http://127.0.0.1:{settings['course_port']}",
    "command": [sys.executable, "-m", "evolink_widgets.course", "serve", "--budget", "20",
                "--books", str(home / "course.sqlite"), "--port", str(settings["course_port"])],
    "environment": {"EVOLINK_BASE_URL": settings["service"], "EVOLINK_API_KEY": "the-class-key",
                    "PYTHONPATH": os.environ["PYTHONPATH"]},
}]  # fmt: skip
c.SimpleLocalProcessSpawner.home_dir_template = str(home / "{username}")
c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
c.Spawner.args = [
    "--allow-root",
    "--ServerApp.jpserver_extensions={'evolink_widgets.jupyter': True}",
]
c.Spawner.environment = {
    "PYTHONPATH": os.environ["PYTHONPATH"],
    "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
    "JUPYTERHUB_SINGLEUSER_APP": "jupyter_server.serverapp.ServerApp",
}
c.Spawner.http_timeout = c.Spawner.start_timeout = 120
