"""Reads of this room, by subject, for folders that the viewer may open."""
