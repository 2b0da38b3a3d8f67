"""Thin HTTP: requests become frozen values, answers become pages. Nothing below this folder knows Flask."""
