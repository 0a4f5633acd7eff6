"""Looks into a store whose folder may not be written to.

Argument: the store. Prints "closed" once that is so, and the names of its pictures.
"""

import sys
from pathlib import Path

import pytest

from evolink_widgets.store import Query, Store

root = Path(sys.argv[1])
with pytest.raises(PermissionError):
    (root / "new").touch()
print("closed")
store = Store(root)
pictures = store.gallery.page(Query(), 0, 9)
print(*sorted(image.path.name for image in pictures))
