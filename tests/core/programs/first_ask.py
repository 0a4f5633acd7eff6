"""The first ask of a process, while the core's own thread is held up."""

import sys
import threading

import evolink_widgets as ew
from evolink_widgets.core import loop

held = threading.Event()
loop.call_on_loop(held.wait, 60)

try:
    ew.generate("a fox", size="huge")
except ew.InvalidRequest as refused:
    print("refused at once:", refused.problems[0].field)

task = ew.generate("a fox in the snow", size="816x816", quality="low")
print(task.state.stage.value, len(ew.session().tasks))
late = (
    "httpx",
    "starlette",
    "PIL",
    "evolink_widgets.core.steps.runner",
    "evolink_widgets.emulator",
)
print("loaded:", [name for name in late if name in sys.modules])

held.set()
print(len(task.result(60)), task.state.stage.value)
print(len(ew.session().tasks))
