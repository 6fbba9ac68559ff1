"""Readers of foreign weight files and the name maps that turn them into torchvision's layout."""
