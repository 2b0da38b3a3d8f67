"""Parameter files of the score that travel with the package."""
