"""Lines and cells for IPython: `%evolink`, `%%evolink`, and their completion."""
