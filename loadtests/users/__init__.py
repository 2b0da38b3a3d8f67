"""Kinds of visitors."""
