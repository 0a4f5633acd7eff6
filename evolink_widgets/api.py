"""What a user types: the functions of the package, over one session for the whole process."""

from __future__ import annotations

import os
from collections.abc import Callable, Coroutine, Hashable, Iterable, Mapping
from contextlib import closing
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeAlias, TypeVar, Union, overload

from evolink_widgets.connect.current import budget, late_key, session
from evolink_widgets.connect.current import configure as configure_process
from evolink_widgets.connect.weather import weather
from evolink_widgets.core.checked_request import checked_request
from evolink_widgets.core.session import Session
from evolink_widgets.core.task import Task
from evolink_widgets.errors import InvalidRequest
from evolink_widgets.problem import Problem, shown
from evolink_widgets.rules.pricing.pricing import Estimate
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.runtime.lazy_module import LazyModule
from evolink_widgets.store.process_globals import process_global
from evolink_widgets.store.saved_presets import Presets
from evolink_widgets.store.store import store_in_use

if TYPE_CHECKING:
    from evolink_widgets.batches.batch import Batch
    from evolink_widgets.batches.run import BatchRun
    from evolink_widgets.batches.show import ShownFrame
    from evolink_widgets.batches.study.study import Study
    from evolink_widgets.rules.tasks.task import Credits
    from evolink_widgets.store.gallery.pictures import GeneratedImage
    from evolink_widgets.store.ledger import spending_report as reports
    from evolink_widgets.widgets.grid.image_grid import ImageGrid
else:
    batches, shows, studies = (
        LazyModule(f"evolink_widgets.batches.{one}") for one in ("batch", "show", "study.study")
    )
    Batch, ShownFrame, Study = "batches.Batch", "shows.ShownFrame", "studies.Study"
    reports = LazyModule("evolink_widgets.store.ledger.spending_report")
    pictures = LazyModule("evolink_widgets.store.gallery.pictures")
    readings = LazyModule("evolink_widgets.rules.tasks.task")
    GeneratedImage, Credits = "pictures.GeneratedImage", "readings.Credits"

__all__ = [
    "batch",
    "budget",
    "configure",
    "credits",
    "estimate",
    "generate",
    "picture",
    "presets",
    "recipe",
    "recover",
    "run",
    "session",
    "show",
    "spending",
    "study",
    "weather",
]

T = TypeVar("T")
P = ParamSpec("P")

Again: TypeAlias = Union[ImageRequest, Recipe, "GeneratedImage"]
"""What can be asked for again as it was."""

_DEFAULTS = ImageRequest("-")

_told: set[Hashable] = process_global(f"{__name__} told", set)
"""The stores and services, each for its process, of which it was said what is still out."""


def _with_notice(change: Callable[P, None]) -> Callable[P, None]:
    """`configure`, which says once that a key written in a cell is saved with it."""

    @wraps(change)
    def configure(*args: P.args, **settings: P.kwargs) -> None:
        change(*args, **settings)
        key = settings.get("api_key", args[0] if args else None)
        if isinstance(key, str):
            from evolink_widgets.notebook.notices import tell_literal_key

            tell_literal_key(key)

    return configure


configure = _with_notice(configure_process)

presets = Presets(lambda: session().store.database)
"""The presets of the store in use."""


@overload
def generate(
    prompt: str,
    *,
    size: str = "auto",
    resolution: str = "1K",
    quality: str = "medium",
    n: int = 1,
    model: str = "gpt-image-2",
    references: Iterable[Any] = (),
    callback_url: str | None = None,
    fresh: bool = False,
    keep_metadata: bool = False,
) -> Task: ...
@overload
def generate(prompt: Again, *, fresh: bool = False) -> Task: ...
def generate(
    prompt: str | Again,
    *,
    size: str = "auto",
    resolution: str = "1K",
    quality: str = "medium",
    n: int = 1,
    model: str = "gpt-image-2",
    references: Iterable[Any] = (),
    callback_url: str | None = None,
    fresh: bool = False,
    keep_metadata: bool = False,
) -> Task:
    """Ask for pictures; returns at once with a `Task`.

    As the last line of a cell a task shows live progress, then its pictures. `await task` or
    `task.result()` gives them; without either it goes on just the same.

    What was paid for before is not paid for again: the store answers for 0 credits, and only
    what it lacks is bought. Within one run (of a cell, a script, an IPython line, a Streamlit or
    marimo rerun, a test under pytest) each ask of the same gets other pictures, so a loop of four
    makes four sets; the next run gets the same four from the store. A wait that ended without its
    pictures (a time-out, an interrupt, `stop()`, an error) has given you nothing: asking that
    again takes it up, and buys only what was not charged. Until you do, whatever was asked for
    before that wait and is asked again begins a new run. A server is one long run:
    `session().submit(request, execution=None)` makes an ask a run of its own.

    Args:
        prompt: 1 to 32,000 characters. Or an `ImageRequest`, a `Recipe` or a picture, which is
            asked for again as it was, with no field beside it.
        size: `"auto"`, a ratio such as `"16:9"`, or pixels such as `"1280x720"`.
        resolution: `"1K"`, `"2K"` or `"4K"`, with a ratio.
        quality: `"low"`, `"medium"` or `"high"`.
        n: how many pictures, 1 to 10; each is charged.
        model: `"gpt-image-2"` or `"gpt-image-2-beta"`.
        references: pictures to work from, at most 16: paths, links, bytes, open files, Pillow
            pictures, NumPy arrays, Matplotlib figures, pictures of this package, data URLs.
        callback_url: an https address that the service tells of the end.
        fresh: ask for new pictures, whatever the store has; they are paid for.
        keep_metadata: leave location and camera data in the references.

    Raises:
        InvalidRequest: with all problems at once; nothing was sent.
        ConfigurationError: the settings do not fit together; nothing was sent.

    Example:
        >>> images = ew.generate("a fox in the snow", size="16:9", n=2).result()
    """
    current = session()
    request = make_request(
        prompt,
        size=size,
        resolution=resolution,
        quality=quality,
        n=n,
        model=model,
        references=references,
        callback_url=callback_url,
        keep_metadata=keep_metadata,
    )
    _tell_outstanding(current)
    return current.submit(request, fresh=fresh)


def estimate(
    prompt: str | Again | Iterable[str | Again],
    *,
    size: str = "auto",
    resolution: str = "1K",
    quality: str = "medium",
    n: int = 1,
    model: str = "gpt-image-2",
    references: Iterable[Any] = (),
) -> Estimate:
    """What `generate` would cost if all of it had to be bought, in credits; sends nothing.

    Args:
        prompt: 1 to 32,000 characters; or an `ImageRequest`, a `Recipe` or a picture; or a list
            of these, whose estimates are added up, as `sum` does.
        size: `"auto"`, a ratio such as `"16:9"`, or pixels such as `"1280x720"`.
        resolution: `"1K"`, `"2K"` or `"4K"`, with a ratio.
        quality: `"low"`, `"medium"` or `"high"`.
        n: how many pictures, 1 to 10; each is charged.
        model: `"gpt-image-2"` or `"gpt-image-2-beta"`.
        references: pictures to work from, at most 16; only their number counts.

    Raises:
        InvalidRequest: with all problems at once.

    Example:
        >>> print(ew.estimate("a fox", size="16:9", n=4))
    """
    fields: dict[str, Any] = {
        "size": size,
        "resolution": resolution,
        "quality": quality,
        "n": n,
        "model": model,
        "references": (),
    }
    if not isinstance(references, tuple) or references:
        from evolink_widgets.references.read import read
        from evolink_widgets.rules.request.links import kept_name

        fields["references"] = tuple(
            item if isinstance(item, str) else kept_name("0" * 64)  # their number counts
            for item in read(references)
        )
    current = session()
    if isinstance(prompt, Iterable) and not isinstance(prompt, str):
        nothing = Estimate(0.0, 0.0, "nothing to buy", 0)
        estimates = [current.estimate(_request_of(one, fields)) for one in prompt]
        return sum(estimates[1:], estimates[0]) if estimates else nothing
    return current.estimate(_request_of(prompt, fields))


def _request_of(prompt: Any, fields: Mapping[str, Any]) -> ImageRequest:
    """What an estimate is asked for, with its references by number."""
    again = _given_request(prompt, fields)
    return ImageRequest(prompt, **fields) if again is None else again


def batch(
    frame: Any,
    prompt: str | Callable[[dict[str, Any]], str] = "{prompt}",
    *,
    size: Any = "auto",
    resolution: Any = "1K",
    quality: Any = "medium",
    n: Any = 1,
    model: Any = "gpt-image-2",
    references: Any = (),
    callback_url: Any = None,
    repeats: int | Literal["rows"] = 1,
    keep_metadata: bool = False,
) -> Batch:
    """Make requests of a frame's rows; checks each, prices what is missing, sends nothing.

    `create` buys, `preview` buys a few. Every field is a value for all rows, text with columns in
    braces (`"a {animal}, {style}"`, by `str.format`), or a function of the row, which is given as
    a dict. A row in which a rule is broken or a value is missing is left out, and says so in
    `problems`. Equal rows share one picture.

    Args:
        frame: pandas, polars, pyarrow and others, lazy ones too; a list of dicts, a dict of
            lists, or the path of a CSV file.
        prompt: 1 to 32,000 characters; by default the column `prompt`.
        size: `"auto"`, a ratio such as `"16:9"`, or pixels such as `"1280x720"`.
        resolution: `"1K"`, `"2K"` or `"4K"`, with a ratio.
        quality: `"low"`, `"medium"` or `"high"`.
        n: how many pictures of each row, 1 to 10; each is charged.
        model: `"gpt-image-2"` or `"gpt-image-2-beta"`.
        references: pictures to work from, as in `ew.generate`; `"{photo}"` or `["{photo}", logo]`
            takes a row's own.
        callback_url: an https address that the service tells of each end.
        repeats: how many times each row is asked for; or `"rows"`: each of equal rows is, and
            gets pictures of its own.
        keep_metadata: leave location and camera data in the references.

    Raises:
        InvalidRequest: a template names no column of the frame, or it is no frame.
        StoreError: the store can't be read, or a reference not be kept.

    Example:
        >>> rows = [{"animal": "fox", "ratio": "16:9"}, {"animal": "owl", "ratio": "1:1"}]
        >>> b = ew.batch(rows, prompt="a {animal} in the snow", size="{ratio}", quality="low")
        >>> b  # what it would cost
        >>> frame = b.create(budget=20).result().to_frame()
    """
    from evolink_widgets.batches.batch import Batch
    from evolink_widgets.batches.rows.frames import read_frame

    given = {
        "prompt": prompt,
        "size": size,
        "resolution": resolution,
        "quality": quality,
        "n": n,
        "model": model,
        "references": references,
        "callback_url": callback_url,
    }
    made = Batch(
        read_frame(frame),
        _differing(given),
        session,
        repeats=repeats,
        keep_metadata=keep_metadata,
    )
    _tell_made(made)
    return made


def _differing(given: dict[str, Any]) -> dict[str, Any]:
    """The prompt, and the arguments of a request that are not what they are by default."""
    defaults = {**_DEFAULTS.to_record(), "references": ()}
    return {
        name: value
        for name, value in given.items()
        if name == "prompt" or not (value is defaults[name] or _is_text(value, defaults[name]))
    }


def _tell_made(made: Batch) -> None:
    """Say what was done to references, and what is still out."""
    if made.notices:
        from evolink_widgets.notebook.notices import tell

        for notice in made.notices:
            tell(notice)
    _tell_outstanding(session())


def study(
    prompt: Any,
    *,
    size: Any = "auto",
    resolution: Any = "1K",
    quality: Any = "medium",
    model: Any = "gpt-image-2",
    references: Any = (),
    callback_url: str | None = None,
    repeats: int = 1,
    design: Literal["full", "fraction", "latin"] = "full",
    budget: float | None = None,
    seed: int = 0,
    keep_metadata: bool = False,
    **axes: Any,
) -> Study:
    """Cross named axes and look at what comes of each; prices the design, sends nothing.

    A list (an array, a column of a frame) is an axis, everything else is the same in each cell.
    Names that are no argument of a request are axes for templates: `style=[...]` fills
    `{style}`. What comes back is a batch whose frame is the design, a row for each cell and
    repeat: `create` buys, `grid` shows it by any two axes, `figure` draws that for a paper.

    Args:
        prompt: text, with axes in braces, or a list of texts.
        size: `"auto"`, a ratio such as `"16:9"`, or pixels such as `"1280x720"`.
        resolution: `"1K"`, `"2K"` or `"4K"`, with a ratio.
        quality: `"low"`, `"medium"` or `"high"`.
        model: `"gpt-image-2"` or `"gpt-image-2-beta"`.
        references: pictures to work from, as in `ew.generate`: in a list each is a level of an
            axis, and so is each list in it; a tuple of several is the same in each cell.
        callback_url: an https address that the service tells of each end.
        repeats: pictures of each cell, 1 to 100.
        design: `"full"` is every cell; `"fraction"` as many as fit the budget (half of them
            without one), with each level equally often up to one and pairs of levels as even as
            they can be; `"latin"` n² cells of three axes or more with n levels each, in which
            any two axes show each pair of levels once.
        budget: credits that the design has to fit by the published prices, and that a run may
            spend. Whole repeats go first, then cells; what goes is said, and stands in
            `left_out`.
        seed: of the chance that chooses among designs that are equal: the same seed, the same
            cells.
        keep_metadata: leave location and camera data in the references.
        axes: by their names; one value is the same in each cell.

    Raises:
        InvalidRequest: an axis has no use, a template can't be filled, or there is no such
            design; it says which axes have how many levels, and what to do.
        StoreError: the store can't be read, or a reference not be kept.

    Example:
        >>> s = ew.study("a {animal}, {style}", animal=["fox", "owl", "hare"],
        ...              style=["gouache", "woodcut", "pencil"], quality="low", repeats=2)
        >>> s  # 3 animals × 3 styles × 2 repeats = 18 pictures: about …
        >>> frame = s.create(budget=50).result().to_frame()
    """
    from evolink_widgets.batches.study.axes import read_axes
    from evolink_widgets.batches.study.study import Study

    given = {
        "prompt": prompt,
        "size": size,
        "resolution": resolution,
        "quality": quality,
        "model": model,
        "references": references,
        "callback_url": callback_url,
    }
    made = Study(
        read_axes(_differing(given), axes),
        session,
        repeats=repeats,
        design=design,
        budget=budget,
        seed=seed,
        keep_metadata=keep_metadata,
    )
    _tell_made(made)
    return made


def show(frame: Any, *, rows: int = 20, edge: int = 96) -> ShownFrame:
    """Show a frame's first rows with its pictures as thumbnails; the last line of a cell.

    Args:
        frame: what `ew.batch` takes. In its column `image` a picture's path is shown as the
            picture, where the store in use has it.
        rows: how many are shown, up to 200.
        edge: the thumbnails' longest edge in pixels.

    Raises:
        InvalidRequest: it is no frame, or a number can't be used.

    Example:
        >>> images = ew.generate("a fox", n=2).result()
        >>> table = ew.show([{"image": image, "size": image.pixels} for image in images])
        >>> table.to_html().count("<img")
        2
    """
    from evolink_widgets.batches.rows.frames import read_frame
    from evolink_widgets.batches.show import ShownFrame

    return ShownFrame(read_frame(frame), store_in_use(), rows, edge)


def recover() -> list[Task]:
    """Collect what an earlier kernel asked for and did not live to save.

    Returns:
        The tasks, oldest first, already on their way; none when nothing is out.

    Raises:
        StoreError: the journal can't be read.

    Example:
        >>> for task in ew.recover():
        ...     task.result()
    """
    current = session()
    _tell_outstanding(current, collecting=True)
    return current.recover()


def credits() -> Credits:
    """What is left: on this key, and on the account. Either can run out first.

    Raises:
        ServiceError: the service could not tell.

    Example:
        >>> ew.credits().spendable
    """
    return session().credits()


def spending(by: str = "task", since: object = None, until: object = None) -> reports.Spending[Any]:
    """What was spent in this store, newest first: a small table, and plain records.

    On the emulator these are simulated credits, with a key real ones; they are never added up.

    Args:
        by: a row for each `"task"`, `"notebook"` or `"day"`.
        since: from this moment: a `datetime`, a `date`, ISO text or Unix seconds.
        until: and before this one.

    Raises:
        ConfigurationError: an argument is none of these.
        StoreError: the store can't be read.

    Example:
        >>> ew.spending(by="day", since="2026-11-21").total
        >>> rows = list(ew.spending())  # or pandas.DataFrame(ew.spending())
    """
    from evolink_widgets.store.ledger.spending_report import read_spending

    current = session()
    return read_spending(
        current.store.database, by=by, since=since, until=until, simulated=current.simulated
    )


def picture(name: str | os.PathLike[str]) -> GeneratedImage:
    """A picture of the store in use, or of a library, by its name; it asks no service and is free.

    The side panel writes this line where a picture is dropped into a cell. It holds in a
    notebook that is handed on with its store.

    Args:
        name: the file's name, `image.path.name`; its path; or its id, as the text
            `f"{image.task_key}.{image.index}"`.

    Raises:
        StoreError: the store has no such picture, or its file is gone; the error names those
            that are called nearly so.

    Example:
        >>> image = ew.generate("a fox").result()[0]
        >>> ew.picture(image.path.name) == image
        True
    """
    from evolink_widgets.store.gallery.find_by_name import find_in_any

    with closing(store_in_use()) as store:
        return find_in_any(store.root, store.database, store.libraries, name)


def recipe(path: str | Path) -> Recipe:
    """The recipe inside a picture: a copy made by `save`, or one in a store's folder.

    Args:
        path: a PNG, JPEG or WebP; or the recipe file (.json) beside a stored set.

    Raises:
        StoreError: there is no such file, it carries no recipe, or one that can't be read.
        InvalidRequest: what it carries asks for something the service does not take.

    Example:
        >>> path = ew.generate("a fox").result()[0].save("out/")
        >>> ew.recipe(path).request.prompt
        'a fox'
    """
    from evolink_widgets.store.gallery.copies.embed import read_recipe

    return read_recipe(path)


def run(coro: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine of your own from a plain cell, on the kernel's loop, and wait for it.

    The first call from within a running loop makes that loop re-entrant (nest-asyncio2); it is
    left alone until then. Tasks of this package need no such thing: use `task.result()`.

    Example:
        >>> async def both():
        ...     return await ew.generate("a fox"), await ew.generate("a hare")
        >>> foxes, hares = ew.run(both())
    """
    from evolink_widgets.notebook.run_coroutine import run as run_here

    return run_here(coro)


def make_request(prompt: Any, *, keep_metadata: bool = False, **fields: Any) -> ImageRequest:
    """The request that `generate` makes of its arguments; sends nothing.

    Its references are made ready and kept in the store; what was done to them is told.

    Raises:
        InvalidRequest: with all problems at once.
    """
    again = _given_request(prompt, fields)
    fields["prompt"] = prompt
    if again is not None:
        fields = {**again.to_record(), "references": again.references}
    store = session().store
    request, notices = checked_request(store, keep_metadata=keep_metadata, **fields)
    if notices:
        from evolink_widgets.notebook.notices import tell

        for notice in notices:
            tell(notice)
    return request


def _given_request(given: object, fields: Mapping[str, Any]) -> ImageRequest | None:
    """The request in what was given in the place of a prompt; `None` where that is no such thing.

    Raises:
        InvalidRequest: fields were named beside it.
    """
    recipe = getattr(given, "recipe", given)
    request = recipe.request if isinstance(recipe, Recipe) else given
    if not isinstance(request, ImageRequest):
        return None
    named = {name: value for name, value in fields.items() if not _is_default(name, value)}
    if named:
        said = ", ".join(f"{name}={shown(value)}" for name, value in named.items())
        rule = f"goes with a prompt; here: request.replace({said})"
        raise InvalidRequest([Problem(name, shown(value), rule) for name, value in named.items()])
    return request


def _is_default(name: str, value: object) -> bool:
    try:
        return bool(value == getattr(_DEFAULTS, name))
    except Exception:  # a stranger's ==, an array's say
        return False


def _tell_outstanding(current: Session, *, collecting: bool = False) -> None:
    """Quiet lines: what an earlier kernel left, a late key, a library that is left out."""
    for library in current.store.libraries:
        if (problem := library.problem_untold()) is not None:
            from evolink_widgets.notebook.notices import tell

            tell(problem)
    here = (os.getpid(), current.store.root, current.service)
    if here not in _told:
        from evolink_widgets.notebook.notices import tell_outstanding

        if tell_outstanding(current, collecting=collecting):
            _told.add(here)
    if (late := late_key()) is not None:
        from evolink_widgets.notebook.notices import tell

        tell(late)


def _is_text(value: object, text: object) -> bool:
    """Whether it is this text; no array or frame is compared."""
    return isinstance(value, str) and value == text


def _show_task(task: Task) -> None:
    """Show a task that is the result of a cell; the notebook's part is loaded only then."""
    from evolink_widgets.notebook.display import show_task

    show_task(task)


def _show_batch(shown: Batch | BatchRun) -> None:
    """Show a batch or its run that is the result of a cell; the notebook's part is loaded then."""
    from evolink_widgets.notebook.batch_display import show_batch

    show_batch(shown)


def _task_grid(task: Task) -> ImageGrid:
    """The live grid of a task; the widgets are loaded only then."""
    from evolink_widgets.widgets.grid.image_grid import ImageGrid

    return ImageGrid(task)
