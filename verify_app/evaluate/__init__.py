"""An open evaluation: labelled worlds that we make ourselves, and the table of what was found in them."""
