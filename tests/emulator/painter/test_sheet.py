"""The contact sheet: a command that draws what the painter makes of prompts and edits."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from evolink_widgets.emulator.painter.render import render
from evolink_widgets.emulator.painter.sheet import main


def test_the_command_draws_each_prompt_beside_the_other(tmp_path: Path) -> None:
    prompts = ["--prompt", "a fox in the snow", "--prompt", "a red kite"]
    assert main([*prompts, "--quality", "low", "--seed", "7", str(tmp_path / "s.png")]) == 0
    with Image.open(tmp_path / "s.png") as board:
        assert board.size == (2 * (384 + 8) + 8, 384 + 30 + 8)
        shown = board.crop((400, 8, 784, 392))
    data = render("a red kite", width=1024, height=1024, quality="low", index=1, seed="7",
                  format="png")  # fmt: skip
    (tmp_path / "one.png").write_bytes(data)
    with Image.open(tmp_path / "one.png") as alone:
        expected = alone.resize((384, 384), Image.Resampling.LANCZOS)
    assert shown.tobytes() == expected.tobytes()


def test_edits_have_prompts_of_their_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--edits", "--prompt", "a fox", str(tmp_path / "s.png")])
    assert stopped.value.code == 2
    assert "leave --prompt out" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
