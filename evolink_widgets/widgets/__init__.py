"""The widgets: each public class is one AnyWidget, with its JavaScript and CSS beside it.

A new widget, `Thing`, step by step; a test names each step that is left out, but for the last two.

1. A folder: `thing/__init__.py` with a line that says what it is, and `thing/thing.py` with the
   class. It derives from `Panel` (`base/panel.py`) if it follows tasks: it then has their progress,
   pictures, buttons and static copy, and you add what is its own. Else from `View`
   (`base/view.py`): then write `_static_html`, what stays in the saved notebook, and `_piece`, a
   picture's bytes for the page; and `__repr__`.
2. `_esm = assets.esm("thing")` and `_css = assets.css("thing")` in the class, traits for state
   (`.tag(sync=True)`), and its messages: a row in `_handlers` for each kind, the method beside it.
   A message that costs money stands in `PAID` (`base/messages.py`) and is sent by `ui.buy`; if it
   is asked of a run, also in `BUYS` (`base/static/purchase.js`).
3. `thing/static/thing.js`, which ends in `export default { render }`, and `thing/static/thing.css`
   with every selector inside `.ew`. What Python sends is declared in `base/static/types.d.ts`.
4. One row in `FRONT_ENDS` (`base/assets.py`): its module, and its stylesheets in their order.
5. Its size as assembled in `LIMITS` (`tests/contracts/test_files.py`).
6. Its folder's rank in `INNER_ROWS["widgets"]` (`tests/contracts/test_imports.py`).
7. Its public name: a line in `evolink_widgets/__init__.pyi`. The class's docstring has Args,
   Traits and an Example, which a test runs.
8. Tests on both sides: `tests/widgets/test_thing.py` with a comm that records,
   `tests/frontend/test_thing.py` on a stub model in a browser.
9. A cell in a notebook of `notebooks/`, and a line in CHANGELOG.md.
"""
