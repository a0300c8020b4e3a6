"""Sync.so's API v2, and the files that it makes."""
