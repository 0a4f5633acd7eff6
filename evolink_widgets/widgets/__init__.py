"""The widgets: each public class is one AnyWidget, with its JavaScript and CSS beside it.

How a widget is added, step by step: `base/panel.py`.
"""
