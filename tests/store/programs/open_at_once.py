"""Opens a store that is not there yet, together with others, and writes one row."""

import sys

from evolink_widgets.store import Store

store = Store(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
store.journal.remember(sys.argv[2], {})
store.close()
