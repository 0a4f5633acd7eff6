"""Imports whatever a kernel or the emulator imports late, so that a fork has it already."""

import importlib
import pkgutil

from evolink_widgets import core, rules, store

_LATE = ("uvicorn.lifespan.off", "uvicorn.loops.auto", "uvicorn.protocols.http.h11_impl",
         "PIL.JpegImagePlugin", "PIL.PngImagePlugin", "PIL.WebPImagePlugin")  # fmt: skip

for _name in _LATE:
    importlib.import_module(_name)
for _room in (rules, store, core):
    for _module in pkgutil.iter_modules(_room.__path__, f"{_room.__name__}."):
        importlib.import_module(_module.name)
