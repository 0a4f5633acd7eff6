"""A batch on the workers of a cluster: bought once, booked here, sent and fetched there."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from clusters import SMALL, Served, kill, prompts, rows, two_workers
from services import KEY, environment, until

import evolink_widgets as ew
from evolink_widgets.batches.engine import borrow, carry
from evolink_widgets.connect import state
from evolink_widgets.errors import RateLimited
from evolink_widgets.store import in_use

PROGRAM = Path(__file__).parent / "programs" / "mortal_driver.py"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cluster")


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[Any]:
    """A cluster for all tests that leave it alive."""
    with two_workers(folder / "scratch") as found:
        yield found


@pytest.fixture(scope="module")
def service(folder: Path) -> Iterator[Served]:
    """The service for all of them."""
    found = Served(folder / "memory.jsonl", "--speed", "60")
    yield found
    found.close()


@pytest.fixture(autouse=True)
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process that has used nothing yet, with a store of its own."""
    monkeypatch.setattr(state, "now", state.State())
    monkeypatch.setattr(in_use, "choice", in_use.StoreInUse())
    monkeypatch.chdir(tmp_path)
    ew.configure(store=tmp_path / "driver")
    yield
    if state.now.session is not None:
        state.now.session.close()


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[tuple[Any, Served]]:
    """A cluster and a service of a test's own, whose processes may be killed."""
    found = Served(tmp_path / "memory.jsonl", "--speed", "12")
    ew.configure(base_url=found.api)
    with two_workers(tmp_path / "scratch") as client:
        yield client, found
    found.close()


def types(frame: list[dict[str, Any]]) -> list[str | None]:
    return [row["errortype"] for row in frame]


def test_two_workers_bring_distinct_recipes_home(
    client: Any, service: Served, tmp_path: Path
) -> None:
    ew.configure(base_url=service.api)
    before = service.counts()
    b = ew.batch([*rows(24), *rows(4)], "a {animal}", **SMALL)
    run = b.create(on=client, worker_store=tmp_path / "workers").result(150)
    frame = run.to_frame()
    assert types(frame) == [None] * 28
    assert len({row["path"] for row in frame}) == 24
    assert sorted(service.prompts) == sorted(prompts(frame))
    assert run.state.new == 24
    spent = ew.spending().total
    assert sum(row["credits"] for row in frame) == pytest.approx(spent.charged)
    counts = service.counts()
    charged = counts["charged credits"] - before["charged credits"]
    assert spent.charged == pytest.approx(charged)
    assert list((tmp_path / "workers").iterdir()) == [], "what is home is kept once"
    again = b.create(on=client, worker_store=tmp_path / "workers").result(150)
    assert again.state.stored == 24
    assert service.counts()["accepted"] == counts["accepted"]
    more = ew.batch(rows(3), "a {animal}", repeats=2, **SMALL)
    tall = more.create(on=client, worker_store=tmp_path / "workers").result(150).to_frame()
    assert len({row["path"] for row in tall}) == 6, "what the store has in part is added to"
    assert service.counts()["accepted"] == counts["accepted"] + 3


def test_a_cap_holds_over_all_workers(client: Any, service: Served, tmp_path: Path) -> None:
    ew.configure(base_url=service.api)
    before = service.counts()["charged credits"]
    b = ew.batch(rows(30), "a lynx, {animal}", **SMALL)
    budget = b.estimate.high / 3
    run = b.create(on=client, worker_store=tmp_path / "workers", budget=budget).result(150)
    frame = run.to_frame()
    assert set(types(frame)) == {None, "BudgetExceeded"}
    assert 8 <= run.state.new <= 11
    assert service.counts()["charged credits"] - before <= budget
    assert ew.spending().total.reserved == 0, "what was not needed has come back"
    rest = run.create(errors_only=True).result(150)
    assert types(rest.to_frame()) == [None] * 30, "the rest is bought by the same workers"


def test_workers_meet_the_service_s_bad_days(client: Any, service: Served, tmp_path: Path) -> None:
    ew.configure(base_url=service.api)
    before = service.counts()["accepted"]
    service.play("policy refusal", times=2)
    service.play("429", times=4)
    b = ew.batch(rows(12), "a heron, {animal}", **SMALL)
    run = b.create(on=client, worker_store=tmp_path / "workers").result(150)
    frame = run.to_frame()
    assert types(frame).count("ContentRefused") == 2
    assert types(frame).count(None) == 10
    assert ew.spending().total.tasks == service.counts()["accepted"] - before


def test_what_is_paused_goes_back_unsent(client: Any, service: Served, tmp_path: Path) -> None:
    ew.configure(base_url=service.api)
    b = ew.batch(rows(40), "a stork, {animal}", **SMALL)
    service.play("429 retry-after", times=None, seconds=1)
    run = b.create(on=client, worker_store=tmp_path / "workers")
    until(lambda: run.state.rendering == 40, 120)  # none ends before the weather does
    run.pause()
    until(lambda: run.state.unsent == 40, 120)
    assert run.state.is_paused
    service.play("fair")
    run.resume()
    assert types(run.result(150).to_frame()) == [None] * 40
    sent = [prompt for prompt in service.prompts if "stork" in prompt]
    assert len(sent) == len(set(sent)) == 40


def test_what_a_pause_took_back_is_sent_once_it_is_over(
    client: Any, service: Served, tmp_path: Path
) -> None:
    """It is still on its way home when the run goes on."""
    ew.configure(base_url=service.api)
    b = ew.batch(rows(22), "a crane, {animal}", **SMALL)
    before = service.counts()["accepted"]
    service.play("429 retry-after", times=None, seconds=1, after=4)
    run = b.create(on=client, worker_store=tmp_path / "workers")
    until(lambda: service.counts()["accepted"] == before + 4, 120)
    home: list[int] = []
    run.subscribe(lambda: home.append(run.state.unsent + run.state.failed))
    run.pause()
    run.resume()
    until(lambda: max(home) > 0, 60)
    service.play("fair")
    assert types(run.result(150).to_frame()) == [None] * 22
    sent = [prompt for prompt in service.prompts if "crane" in prompt]
    assert len(sent) == len(set(sent)) == 22


def test_workers_send_nothing_more_once_the_session_is_closed(
    client: Any, service: Served, tmp_path: Path
) -> None:
    ew.configure(base_url=service.api)
    counts, refused = service.counts(), "fault 429 retry-after"
    before = counts["accepted"]
    service.play("429 retry-after", times=None, seconds=15, after=4)
    b = ew.batch(rows(12), "an ibis, {animal}", **SMALL)
    run = b.create(on=client, worker_store=tmp_path / "workers")
    # A request that is still on its way would be taken by the fair service.
    until(lambda: service.counts()[refused] - counts[refused] == 8, 120)
    assert service.counts()["accepted"] == before + 4
    ew.session().close()
    service.play("fair")
    frame = run.result(60).to_frame()
    assert types(frame).count("WaitingStopped") == 8
    assert service.counts()["accepted"] == before + 4
    assert (
        types(b.create(on=client, worker_store=tmp_path / "workers").result(60).to_frame())
        == [None] * 12
    )
    assert service.counts()["accepted"] == before + 12


def test_what_is_paid_for_comes_home_while_the_rest_is_turned_away(
    client: Any, service: Served, tmp_path: Path
) -> None:
    ew.configure(base_url=service.api)
    patience = "from evolink_widgets.batches.engine import borrow; borrow.LIMITED = {}"
    client.run(exec, patience.format(1.0))
    service.play("429", times=None, after=6)
    b = ew.batch(rows(18), "an egret, {animal}", **SMALL)
    run = b.create(on=client, worker_store=tmp_path / "workers")
    until(lambda: run.state.new == 6, 60)
    assert isinstance(run.state.held, RateLimited)
    client.run(exec, patience.format(borrow.LIMITED))
    service.play("fair")
    run.resume()
    assert types(run.result(150).to_frame()) == [None] * 18
    sent = [prompt for prompt in service.prompts if "egret" in prompt]
    assert len(sent) == len(set(sent)) == 18


def test_what_stays_elsewhere_is_not_bought_again_with_its_rest(
    client: Any, service: Served, tmp_path: Path
) -> None:
    """One of three asks of a recipe has come; no store here knows its picture."""
    ew.configure(base_url=service.api)
    before = service.counts()["accepted"]
    patience = "from evolink_widgets.batches.engine import borrow; borrow.LIMITED = {}"
    client.run(exec, patience.format(1.0))
    service.play("429", times=None, after=1)
    more = {"model": "gpt-image-2-beta", "quality": "medium", "repeats": 3}
    b = ew.batch([{"animal": "heron"}], "a {animal}", size="816x816", **more)
    bucket = (tmp_path / "bucket").as_uri()
    run = b.create(on=client, worker_store=tmp_path / "workers", store=bucket)
    until(lambda: run.state.held is not None, 60)
    client.run(exec, patience.format(borrow.LIMITED))
    service.play("fair")
    run.resume()
    frame = run.result(150).to_frame()
    assert types(frame) == [None] * 3
    assert service.counts()["accepted"] == before + 3
    assert len({row["path"] for row in frame}) == 3
    assert not any(row["reused"] for row in frame)
    assert sum(row["credits"] for row in frame) == pytest.approx(run.state.credits)


def test_a_folder_that_only_workers_see_is_sent_home(
    folder: Path, service: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The path is another folder in each process: of its own working directory."""
    ew.configure(base_url=service.api)
    away = tmp_path / "away"
    away.mkdir()
    monkeypatch.chdir(away)
    with two_workers(tmp_path / "scratch") as client:
        monkeypatch.chdir(tmp_path)
        b = ew.batch(rows(6), "a seal, {animal}", **SMALL)
        run = b.create(on=client, worker_store="/proc/self/cwd/workers").result(150)
    assert types(run.to_frame()) == [None] * 6
    assert (away / "workers").exists()
    assert not (tmp_path / "workers").exists()


@pytest.mark.slow
def test_a_worker_killed_after_its_posts_is_collected(
    mortal: tuple[Any, Served], tmp_path: Path
) -> None:
    client, served = mortal
    b = ew.batch(rows(32), "a {animal}", **SMALL)
    run = b.create(on=client, worker_store=tmp_path / "workers", budget=40)
    served.accepts(32)
    served.reads(16)
    kill(client)
    frame = run.result(150).to_frame()
    assert types(frame) == [None] * 32, "nothing is lost"
    assert sorted(served.prompts) == sorted(prompts(frame)), "nothing is bought twice"
    assert ew.spending().total.charged == pytest.approx(served.counts()["charged credits"])


@pytest.mark.slow
def test_a_worker_killed_among_its_posts_sends_none_of_them_again(
    mortal: tuple[Any, Served], tmp_path: Path
) -> None:
    client, served = mortal
    b, budget = ew.batch(rows(32), "a {animal}", **SMALL), 12.0
    run = b.create(on=client, worker_store=tmp_path / "workers", budget=budget)
    served.accepts(6)
    kill(client)
    frame = run.result(150).to_frame()
    sent = served.prompts
    assert len(sent) == len(set(sent)), "nothing is bought twice"
    here = prompts([row for row in frame if row["image"]])
    unknown = prompts([row for row in frame if row["errortype"] == "OutcomeUnknown"])
    assert set(types(frame)) <= {None, "OutcomeUnknown"}
    assert here <= set(sent) <= here | unknown, "nothing that was accepted is lost"
    assert len(unknown) <= 8, "what was on its way in that moment"
    spent = ew.spending().total
    assert spent.charged + spent.unreported + spent.reserved <= budget
    assert served.counts()["charged credits"] <= budget


@pytest.mark.slow
def test_a_driver_that_dies_finds_what_it_has_lent(
    mortal: tuple[Any, Served], tmp_path: Path
) -> None:
    client, served = mortal
    scheduler, workers = client.scheduler.address, tmp_path / "workers"
    command = [sys.executable, str(PROGRAM), scheduler, served.api, str(tmp_path / "driver"),
               str(workers), "24"]  # fmt: skip
    first = subprocess.Popen(command, env=environment())
    served.accepts(24)
    served.reads(12)
    first.kill()
    first.wait()
    run = ew.batch(rows(24), "a {animal}", **SMALL).create(on=client, worker_store=workers)
    frame = run.result(150).to_frame()
    assert types(frame) == [None] * 24
    assert sorted(served.prompts) == sorted(prompts(frame))
    assert ew.spending().total.charged == pytest.approx(served.counts()["charged credits"])


def test_nothing_of_what_is_asked_is_told_to_the_engine(
    client: Any, service: Served, tmp_path: Path
) -> None:
    ew.configure(base_url=service.api)
    b = ew.batch([{"animal": "unicorn-7c1d"}], "a {animal}", **SMALL)
    b.create(on=client, worker_store=tmp_path / "workers").result(150)
    logs = str(client.get_scheduler_logs()) + str(client.get_worker_logs())
    logs += str(client.get_events()) + str(client.story())
    assert "unicorn-7c1d" not in logs
    assert "ew-" not in logs


def test_a_worker_needs_the_key_of_the_driver(client: Any, tmp_path: Path) -> None:
    ew.configure(api_key=KEY, base_url="https://api.evolink.invalid")
    b = ew.batch(rows(2), "a {animal}", **SMALL)

    def create() -> None:
        b.create(on=client, worker_store=tmp_path / "workers")

    with pytest.raises(ew.ConfigurationError, match="has no API key") as said:
        create()
    assert "Set EVOLINK_API_KEY in the environment of each worker" in str(said.value)
    try:
        client.run(exec, f"import os; os.environ['EVOLINK_API_KEY'] = {'another-' + KEY!r}")
        with pytest.raises(ew.ConfigurationError, match="has another API key"):
            create()
    finally:
        client.run(exec, "import os; os.environ.pop('EVOLINK_API_KEY')")
    assert not (tmp_path / "driver").exists() or ew.spending().total.tasks == 0


def test_what_can_not_work_is_said_before_anything_is_sent(
    client: Any, service: Served, tmp_path: Path
) -> None:
    b = ew.batch(rows(2), "a {animal}", **SMALL)
    with pytest.raises(ew.ConfigurationError, match="emulator inside this process") as said:
        b.create(on=client, worker_store=tmp_path / "workers")
    assert "python -m evolink_widgets.emulator" in str(said.value)
    ew.configure(base_url=service.api)
    with pytest.raises(ew.ConfigurationError, match="; it is str"):
        b.create(on="tcp://127.0.0.1:8786", worker_store=tmp_path)
    for wrong in (None, "workers"):
        with pytest.raises(ew.ConfigurationError, match="must be an absolute path on the workers"):
            b.create(on=client, worker_store=wrong)
    with pytest.raises(ew.ConfigurationError, match="on names none"):
        b.create(worker_store=tmp_path)
    with pytest.raises(ew.ConfigurationError, match="can't be made"):
        b.create(on=client, worker_store="/proc/nowhere/workers")


@pytest.mark.slow
def test_a_disk_that_is_lost_with_its_worker_is_made_good_from_here(
    service: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The path is another folder in each process; the workers that follow have an empty one."""
    monkeypatch.setattr(carry, "PATIENCE", 2.0)
    served = Served(tmp_path / "memory.jsonl", "--speed", "8")
    ew.configure(base_url=served.api)
    away = tmp_path / "away"
    away.mkdir()
    monkeypatch.chdir(away)
    with two_workers(tmp_path / "scratch") as client:
        monkeypatch.chdir(tmp_path)
        run = ew.batch(rows(16), "a {animal}", **SMALL).create(
            on=client, worker_store="/proc/self/cwd/workers", budget=40
        )
        served.accepts(16)
        until(lambda: len(ids_known_here()) == 16, 120)
        kill(client, 2)
        frame = run.result(150).to_frame()
    served.close()
    assert types(frame) == [None] * 16, "what has an id is collected by the driver"
    assert list((away / "workers").glob("loan-*/*_1.*")) == [], "none of it came from there"
    assert sorted(served.prompts) == sorted(prompts(frame))


@pytest.mark.slow
def test_a_worker_that_joins_and_can_not_work_gets_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where it begins, a file is in the place of the folder."""
    served = Served(tmp_path / "memory.jsonl", "--speed", "8")
    ew.configure(base_url=served.api)
    away, wrong = tmp_path / "away", tmp_path / "wrong"
    for folder in (away, wrong):
        folder.mkdir()
    (wrong / "workers").write_text("not a folder")
    monkeypatch.chdir(away)
    with two_workers(tmp_path / "scratch") as client:
        monkeypatch.chdir(wrong)
        run = ew.batch(rows(24), "a {animal}", **SMALL).create(
            on=client, worker_store="/proc/self/cwd/workers"
        )
        served.accepts(24)
        served.reads(12)
        kill(client)
        frame = run.result(150).to_frame()
    served.close()
    assert types(frame) == [None] * 24
    assert sorted(served.prompts) == sorted(prompts(frame))
    assert "can't be made" in caplog.text


def ids_known_here() -> set[str]:
    session = ew.session()
    return session.store.journal.known_task_ids(session.service)
