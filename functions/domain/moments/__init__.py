"""Finding the moments of a talk that are worth to stand alone, by arithmetic of our own."""
