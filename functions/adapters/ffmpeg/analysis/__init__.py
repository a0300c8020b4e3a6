"""The Analyser port on ffmpeg: one decode for all that is wanted of a window."""
