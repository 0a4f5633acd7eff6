"""`Task`: our handle on one request, from the click to the saved files, and its states.

A `TaskState` is what a task looks like at one moment: the frozen picture that views draw.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from typing import Any, NoReturn, Protocol

import sniffio

import evolink_widgets as public
from evolink_widgets.clock import monotonic, now
from evolink_widgets.core import loop as core_loop
from evolink_widgets.errors import (
    Billed,
    EvolinkError,
    SpendingRefused,
    WaitingStopped,
    WaitTimeout,
    WrongProcess,
)
from evolink_widgets.printable import printable
from evolink_widgets.rules.pricing.pricing import Estimate, Receipt
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store.gallery.image_set import ImageSet
from evolink_widgets.store.gallery.pictures import GeneratedImage
from evolink_widgets.text import day

__all__ = ["Listener", "Stage", "Stored", "Task", "TaskControl", "TaskState", "stopped",
           "timed_out", "withdrawn"]  # fmt: skip
