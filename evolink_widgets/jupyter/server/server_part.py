"""The server's part as Jupyter Server knows it: it begins with the server, and ends with it."""

from __future__ import annotations

from jupyter_server.extension.application import ExtensionApp

from evolink_widgets.jupyter.server.handlers import Desk, add_handlers

__all__ = ["ServerPart"]


class ServerPart(ExtensionApp):
    """The handlers of the side panel, on a server."""

    name = "evolink_widgets"
    _desk: Desk | None = None

    def initialize_handlers(self) -> None:
        """Add our handlers; called once the server has its own."""
        self._desk = add_handlers(self.serverapp)

    async def stop_extension(self) -> None:
        """End the watch on the stores, and let go of them."""
        if self._desk is not None:
            await self._desk.close()
