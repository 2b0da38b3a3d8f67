"""`verify-app campaign plan`: what a campaign will ask, and how many machines answer it."""

from __future__ import annotations

import time

import click


@click.group("campaign")
def command() -> None:
    """Before a campaign: will the house hold?"""


@command.command("plan")
@click.option("--scans", type=float, required=True, help="Scans that are expected in all.")
@click.option("--hours", type=float, required=True, help="Within so many hours.")
@click.option("--peak-factor", type=float, default=3.0, show_default=True, help="The busiest minute over the mean.")
@click.option(
    "--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True, help="Language of the answer."
)
def plan_command(scans: float, hours: float, peak_factor: float, lang: str) -> None:
    """Say the expected peak and how many machines it needs, from the last figures measured by
    `make load SHAPE=capacity`. The exit status is 1 when nothing was measured."""
    from ..domain.campaign import Campaign, Plan
    from ..i18n import catalogue
    from ..serving.campaign_words import sentences
    from ..settings import Settings, SettingsError
    from ..store.capacity import load_capacity

    try:
        plan = Plan(Campaign(scans, hours, peak_factor), load_capacity(Settings.from_env().data_dir))
    except (SettingsError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    for line in sentences(plan, catalogue(lang), time.time_ns() // 1_000_000):
        click.echo(line)
    if plan.capacity is None:
        raise SystemExit(1)
