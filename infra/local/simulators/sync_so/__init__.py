"""Sync.so on loopback: its API v2, and videos whose asked ranges carry the asked sound.

What its documentation leaves open is decided here, each marked "open:" where it is.
"""
