"""The five platforms over HTTP: numbers of posts, and consents of their users."""
