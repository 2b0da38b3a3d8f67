"""`python -m verify_app.cli` is `verify-app`: how `serve` starts its children without looking for a script."""

from . import main

main(prog_name="verify-app")
