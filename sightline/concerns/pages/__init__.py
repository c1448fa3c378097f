"""Pages of concerns: raising one, following one's own, and the front door."""
