"""Modules that a signature names and nothing needs: imported when the types are asked for.

`typing.get_type_hints`, and with it pydantic, polars and documentation tools, looks the names of
a signature up in its module. What stands there under `TYPE_CHECKING` only is missing; importing
all of it would load an HTTP client for a class of plain data. So the module has, for each such
name, where it is to be found:

    else:
        transports = LazyModule("evolink_widgets.core.service.transport")
        Transport = "transports.Transport"
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["LazyModule"]


class LazyModule:
    """Stands for a module until something of it is asked for.

    Args:
        name: the module's, dotted.
    """

    def __init__(self, name: str) -> None:
        self.__name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self.__name), attribute)
