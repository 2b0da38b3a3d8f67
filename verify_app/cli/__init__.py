"""`verify-app`: one command for each act of an operator. Commands are loaded when they are called."""

from __future__ import annotations

from importlib import import_module

import click

_COMMANDS = {  # name -> module of this folder; each holds a click command or group named `command`
    "audit": "audit",
    "campaign": "campaign",
    "case": "case",
    "codes": "codes",
    "decode": "decode",
    "demo": "demo",
    "evaluate": "evaluate",
    "import": "import_file",
    "init": "init",
    "item": "item",
    "jobs": "jobs",
    "key": "key",
    "labels": "labels",
    "links": "links",
    "parse": "parse",
    "policy": "policy",
    "replay": "replay",
    "requesters": "requesters",
    "serve": "serve",
    "template": "template",
    "user": "user",
    "warm": "warm",
    "webhook": "webhook",
    "worker": "worker",
}


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        loaded: click.Command = import_module(f".{_COMMANDS[cmd_name]}", __name__).command
        return loaded


@click.command(cls=_LazyGroup)
@click.version_option(package_name="verify-app")
def main() -> None:
    """Verification service: what is this code, what does it prove, and is something wrong with it?"""
