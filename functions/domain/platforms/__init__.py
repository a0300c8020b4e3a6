"""What the five platforms have in common: numbers of posts, limits, and consents of their users."""
