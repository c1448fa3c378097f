"""Pages that join rooms: my work, the child's page, why a duty is due, what the procedures say."""
