"""How Sphinx builds the manual: `make docs`.

The lessons run as they are built, on the emulator, each in a folder that goes afterwards. Nothing
that a page loads comes from another host.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

import evolink_widgets

project = "evolink_widgets"
author = "the authors of evolink_widgets"
copyright = f"{author}, MIT licence"
version = release = evolink_widgets.__version__
language = "en"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_design",
    "sphinx_copybutton",
    "gathered",
    "lessons",
    "reference",
    "llms",
]
exclude_patterns = ["_build", "_extensions", "_static", "images/*.py", "**/.ipynb_checkpoints"]

# Markdown
myst_enable_extensions = ["colon_fence", "attrs_inline", "attrs_block", "deflist"]
myst_heading_anchors = 4
suppress_warnings = ["myst.header"]  # a lesson may begin small

# Lessons
nb_execution_mode = "cache"  # where it is kept: _extensions/lessons.py
nb_execution_in_temp = True
nb_execution_timeout = 120
nb_execution_raise_on_error = True
nb_merge_streams = True
nb_ipywidgets_js = {}  # the copies that stay are shown; a live view needs a kernel
nb_mime_priority_overrides = [("html", "application/vnd.jupyter.widget-view+json", None)]

# Reference
nitpicky = True
# Types in signatures: what is not ours has no page here, and neither has what is not public.
nitpick_ignore_regex = [("py:.*", ".*")]
default_role = "literal"  # our docstrings set code in single marks
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
add_module_names = False
napoleon_custom_sections = [("Traits", "params_style")]
napoleon_use_rtype = False
toc_object_entries_show_parents = "hide"
python_maximum_signature_line_length = 90

copybutton_prompt_text = r">>> |\.\.\. |\$ |In \[\d*\]: "
copybutton_prompt_is_regexp = True

# Looks
html_theme = "pydata_sphinx_theme"
html_title = "evolink_widgets"
html_static_path = ["_static", "images"]
html_css_files = ["manual.css"]
html_show_sourcelink = False
html_copy_source = False
# Where a page has no neighbours, the sidebar would be an empty heading.
html_sidebars = {page: [] for page in ("index", "gallery", "faq", "changelog", "contributing")}
html_theme_options = {
    "navbar_align": "left",
    "header_links_before_dropdown": 6,
    "show_nav_level": 1,
    "show_toc_level": 2,
    "footer_start": ["copyright"],
    "footer_end": [],
    "secondary_sidebar_items": ["page-toc"],
    "primary_sidebar_end": [],
}
