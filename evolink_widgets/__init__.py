"""AI pictures in a notebook: a panel, a line of Python, and nothing paid for lost.

    import evolink_widgets as ew

    ew.ImageStudio()                                   # the panel
    task = ew.generate("a fox in the snow", n=4)       # returns at once
    images = task.result()                             # or: await task

With no key all of it runs on an emulator, offline. The public names stand in
`__init__.pyi`; each is imported on its first use.
"""

from importlib import import_module


def _read_stub() -> dict[str, str]:
    """The module of each name, as the stub beside this file says it (SPEC 1).

    The stub's lines have one form, `from .module import name as name`, and need no parser for
    Python, which would take longer to load than all else here.
    """
    stub = __loader__.get_data(f"{__path__[0]}/__init__.pyi").decode()
    imports = (line.split() for line in stub.splitlines() if line.startswith("from ."))
    return {name: module for _, module, _, name, *_ in imports}


_MODULES = _read_stub()

__all__ = [name for name in sorted(_MODULES) if name[0] != "_" or name[-1] == "_"]


def __getattr__(name: str) -> object:
    """Import a public name on its first use (PEP 562)."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = _MODULES[name]
    if module == ".":
        return import_module(f".{name}", __name__)
    value = getattr(import_module(module, __name__), name)
    globals()[name] = value
    return value


def load_ipython_extension(shell: object) -> None:
    """Add `%evolink` and `%%evolink` to IPython: `%load_ext evolink_widgets`."""
    import_module(".magic.magic", __name__).load(shell)


def unload_ipython_extension(shell: object) -> None:
    """Take them out again: `%unload_ext evolink_widgets`."""
    import_module(".magic.magic", __name__).unload(shell)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
