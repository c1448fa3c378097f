"""The only writers of this room, by subject."""
