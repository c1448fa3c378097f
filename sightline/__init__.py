"""Sightline keeps the child in sight."""
