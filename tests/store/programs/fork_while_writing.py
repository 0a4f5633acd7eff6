"""Forks again and again while a thread is writing; parent and children all write to one store.

Prints "ok" when every row is there and the database is whole.
"""

import os
import sys
import threading

from evolink_widgets.store import Store

CHILDREN = 12
ROWS = 10

store = Store(sys.argv[1])
stop = threading.Event()
written = 0


def write_on() -> None:
    global written
    while not stop.is_set():
        store.journal.remember(f"thread-{written}", {})
        written += 1


thread = threading.Thread(target=write_on)
thread.start()
children = []
for child in range(CHILDREN):
    pid = os.fork()
    if pid == 0:
        try:
            for row in range(ROWS):
                store.journal.remember(f"child-{child}-{row}", {"owner": store.owner})
        except BaseException:
            os._exit(1)
        os._exit(0)
    children.append(pid)
    store.journal.remember(f"parent-{child}", {})
codes = [os.waitpid(pid, 0)[1] for pid in children]
stop.set()
thread.join()
count = store.database.rows("SELECT count(*) FROM notes")[0][0]
whole = store.database.rows("PRAGMA integrity_check")[0][0]
owners = {
    row[0] for row in store.database.rows("SELECT record FROM notes WHERE name LIKE 'child%'")
}
expected = written + CHILDREN * (ROWS + 1)
good = codes == [0] * CHILDREN and whole == "ok" and count == expected and len(owners) == CHILDREN
print("ok" if good else f"codes {codes}, {count} rows of {expected}, {whole}, {len(owners)} owners")
