"""The large view of one picture, shared by the widgets: zoom, gestures, facts."""
