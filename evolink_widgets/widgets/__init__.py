"""The widgets: each public class is one AnyWidget, with its JavaScript and CSS beside it."""
