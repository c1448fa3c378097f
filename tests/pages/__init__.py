"""Every page of the program, walked from its routes."""
