"""AI pictures in a notebook: a panel, a line of Python, and nothing paid for lost.

    import evolink_widgets as ew

    ew.ImageStudio()                                   # the panel
    task = ew.generate("a fox in the snow", n=4)       # returns at once
    images = task.result()                             # or: await task

With no key all of it runs on an emulator, offline. Everything here is imported on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from evolink_widgets import errors as errors
    from evolink_widgets import store as store
    from evolink_widgets.api import budget as budget
    from evolink_widgets.api import configure as configure
    from evolink_widgets.api import credits as credits
    from evolink_widgets.api import estimate as estimate
    from evolink_widgets.api import generate as generate
    from evolink_widgets.api import presets as presets
    from evolink_widgets.api import recipe as recipe
    from evolink_widgets.api import recover as recover
    from evolink_widgets.api import run as run
    from evolink_widgets.api import session as session
    from evolink_widgets.api import spending as spending
    from evolink_widgets.api import weather as weather
    from evolink_widgets.core.session import Session as Session
    from evolink_widgets.core.state import Stage as Stage
    from evolink_widgets.core.state import TaskState as TaskState
    from evolink_widgets.core.task import Task as Task
    from evolink_widgets.errors import BudgetExceeded as BudgetExceeded
    from evolink_widgets.errors import ConfigurationError as ConfigurationError
    from evolink_widgets.errors import ContentRefused as ContentRefused
    from evolink_widgets.errors import DownloadFailed as DownloadFailed
    from evolink_widgets.errors import EvolinkError as EvolinkError
    from evolink_widgets.errors import InsufficientCredits as InsufficientCredits
    from evolink_widgets.errors import InvalidRequest as InvalidRequest
    from evolink_widgets.errors import OutcomeUnknown as OutcomeUnknown
    from evolink_widgets.errors import ServiceError as ServiceError
    from evolink_widgets.errors import SpendingRefused as SpendingRefused
    from evolink_widgets.errors import StoreError as StoreError
    from evolink_widgets.errors import TaskFailed as TaskFailed
    from evolink_widgets.errors import WaitingStopped as WaitingStopped
    from evolink_widgets.errors import WaitTimeout as WaitTimeout
    from evolink_widgets.rules.pricing.pricing import Estimate as Estimate
    from evolink_widgets.rules.pricing.pricing import Receipt as Receipt
    from evolink_widgets.rules.request.recipe import Recipe as Recipe
    from evolink_widgets.rules.request.request import ImageRequest as ImageRequest
    from evolink_widgets.rules.tasks.task import TaskStatus as TaskStatus
    from evolink_widgets.store.gallery.pictures import GeneratedImage as GeneratedImage
    from evolink_widgets.store.gallery.pictures import ImageSet as ImageSet
    from evolink_widgets.store.ledger.spending import Spending as Spending
    from evolink_widgets.widgets.compare.compare import ImageCompare as ImageCompare
    from evolink_widgets.widgets.gallery.gallery import Gallery as Gallery
    from evolink_widgets.widgets.grid.image_grid import ImageGrid as ImageGrid
    from evolink_widgets.widgets.studio.studio import ImageStudio as ImageStudio

_HOMES = {
    "api": (
        "budget", "configure", "credits", "estimate", "generate", "presets", "recipe", "recover",
        "run", "session", "spending", "weather",
    ),
    "core.session": ("Session",),
    "core.state": ("Stage", "TaskState"),
    "core.task": ("Task",),
    "errors": (
        "BudgetExceeded", "ConfigurationError", "ContentRefused", "DownloadFailed",
        "EvolinkError", "InsufficientCredits", "InvalidRequest", "OutcomeUnknown",
        "ServiceError", "SpendingRefused", "StoreError", "TaskFailed", "WaitTimeout",
        "WaitingStopped",
    ),
    "rules.pricing.pricing": ("Estimate", "Receipt"),
    "rules.request.recipe": ("Recipe",),
    "rules.request.request": ("ImageRequest",),
    "rules.tasks.task": ("TaskStatus",),
    "store.gallery.pictures": ("GeneratedImage", "ImageSet"),
    "store.ledger.spending": ("Spending",),
    "widgets.compare.compare": ("ImageCompare",),
    "widgets.gallery.gallery": ("Gallery",),
    "widgets.grid.image_grid": ("ImageGrid",),
    "widgets.studio.studio": ("ImageStudio",),
}  # fmt: skip

_ROOMS = ("errors", "store")

_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "BudgetExceeded",
    "ConfigurationError",
    "ContentRefused",
    "DownloadFailed",
    "Estimate",
    "EvolinkError",
    "Gallery",
    "GeneratedImage",
    "ImageCompare",
    "ImageGrid",
    "ImageRequest",
    "ImageSet",
    "ImageStudio",
    "InsufficientCredits",
    "InvalidRequest",
    "OutcomeUnknown",
    "Receipt",
    "Recipe",
    "ServiceError",
    "Session",
    "Spending",
    "SpendingRefused",
    "Stage",
    "StoreError",
    "Task",
    "TaskFailed",
    "TaskState",
    "TaskStatus",
    "WaitTimeout",
    "WaitingStopped",
    "__version__",
    "budget",
    "configure",
    "credits",
    "errors",
    "estimate",
    "generate",
    "presets",
    "recipe",
    "recover",
    "run",
    "session",
    "spending",
    "store",
    "weather",
]


def __getattr__(name: str) -> Any:
    """Import a public name on its first use (PEP 562)."""
    home = _HOME.get(name)
    if name not in _ROOMS and home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "store" or (home or "").startswith("store."):
        import_module(f"{__name__}.connect")  # tells the room which store is ours
    if home is None:
        return import_module(f"{__name__}.{name}")
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
