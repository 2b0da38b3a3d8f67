"""The counterfeiters of the evaluation, those who attack a code's reputation, and those who try codes out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..domain.provinces import PROVINCES, kilometres
from .diary import Diary, Look, Truth, key
from .goods import DAY, START, Item, Lot
from .honest import at_home, life, preview, shared
from .people import Person


def _buyer_of_copy(diary: Diary, item: Item, when: float, market: int) -> None:
    """Somebody has a copy in hand and does what buyers do."""
    rng = diary.rng
    before = len(diary.looks)
    buyer = diary.crowd.person(market)
    diary.look(item, when, buyer, via="away" if rng.random() < 0.4 else "home")
    at_home(diary, item, buyer, when)
    if rng.random() < diary.a.share:
        shared(diary, item, buyer, when, rng.randrange(1, 4))
    for look in diary.looks[before:]:
        look.fake = True


def _sold_over(diary: Diary, item: Item, count: int, days: float, where: Callable[[], int]) -> None:
    """`count` buyers of copies look, within `days` from a while after the code was stolen."""
    rng = diary.rng
    first = max(float(item.shipment["_left"]), START) + rng.uniform(3, 40) * DAY
    first = min(first, diary.end - 25 * DAY)
    whens = sorted(diary.evening(first + rng.random() * days * DAY) for _ in range(count))
    for when in whens:
        _buyer_of_copy(diary, item, when, where())
    diary.truth[key(item)].first_fake = first


def countrywide(diary: Diary, item: Item) -> None:
    """One code on thousands of packs, sold everywhere for months."""
    life(diary, item)
    diary.name(item, "fake", "countrywide")
    count = max(2, int(diary.rng.lognormvariate(0, 0.8) * diary.a.fake_scans))
    _sold_over(diary, item, count, diary.rng.uniform(30, 120), diary.crowd.somewhere)


def one_province(diary: Diary, item: Item) -> None:
    """One code on packs sold in one province and its neighbours."""
    rng = diary.rng
    life(diary, item)
    diary.name(item, "fake", "province")
    home = diary.crowd.somewhere()
    town = PROVINCES[home].towns[0]
    near = sorted(range(34), key=lambda n: kilometres(*town, *PROVINCES[n].towns[0]))[:3]
    count = max(2, int(rng.lognormvariate(0, 0.7) * diary.a.fake_scans * 0.8))
    where = lambda: home if rng.random() < 0.75 else rng.choice(near)  # noqa: E731 - said once, used once
    _sold_over(diary, item, count, rng.uniform(30, 100), where)


def slow_drip(diary: Diary, item: Item) -> None:
    """So few copies of each code that hardly two of them are looked at."""
    life(diary, item)
    diary.name(item, "fake", "slow")
    _sold_over(diary, item, diary.rng.randrange(2, 7), diary.rng.uniform(50, 120), diary.crowd.somewhere)


def harvested(diary: Diary, item: Item) -> None:
    """Codes read from genuine packs on a shelf, each printed on some packs."""
    rng = diary.rng
    life(diary, item)
    diary.name(item, "fake", "harvested")
    markets = [diary.crowd.somewhere() for _ in range(rng.randrange(2, 6))]
    _sold_over(diary, item, rng.randrange(2, 14), rng.uniform(30, 90), lambda: rng.choice(markets))


def _reused(diary: Diary, item: Item, decom: str) -> None:
    rng = diary.rng
    life(diary, item)
    used = item.sold + rng.uniform(5, 40) * DAY
    used = min(used, diary.end - 40 * DAY)
    item.row["decom_ts"], item.row["decom"] = used, decom
    first = used + rng.uniform(6, 30) * DAY
    diary.name(item, "fake", f"reuse_{decom}", first)
    home = diary.crowd.somewhere()
    for _ in range(1 + int(rng.expovariate(1 / 3.5))):
        when = diary.after(first, 15)
        _buyer_of_copy(diary, item, when, home if rng.random() < 0.6 else diary.crowd.somewhere())


def reuse_consumed(diary: Diary, item: Item) -> None:
    """The code of a pack that was used up, on new packs."""
    _reused(diary, item, "consumed")


def reuse_destroyed(diary: Diary, item: Item) -> None:
    """The code of a pack that was destroyed, on new packs."""
    _reused(diary, item, "destroyed")


def refilled(diary: Diary, item: Item) -> None:
    """A genuine bottle bought empty, filled again and sold, once or a few times."""
    rng = diary.rng
    life(diary, item)
    diary.name(item, "fake", "refilled")
    when = item.sold + rng.uniform(25, 60) * DAY
    when = min(when, diary.end - 30 * DAY)
    diary.truth[key(item)].first_fake = when
    home = item.market if item.market < 100 and rng.random() < 0.5 else diary.crowd.somewhere()
    for _ in range(1 + int(rng.expovariate(1 / 2.2))):
        _buyer_of_copy(diary, item, diary.evening(when), home)
        when += rng.uniform(12, 40) * DAY


def made_up(diary: Diary, item: Item) -> None:
    """A serial in the right form on some packs: one that was never issued, or the guess of a running number."""
    rng = diary.rng
    if item.lot.product.row["scheme"] == "seq" and rng.random() < 0.6:
        _guessed(diary, item)
        return
    serial = diary.factory.serial() if item.lot.product.row["scheme"] == "rand" else f"{rng.randrange(10**10):010d}"
    code = {"gtin": str(item.row["gtin"]), "lot": str(item.row["lot"]), "serial": serial}
    diary.factory.items.remove(item)
    fake = Truth("fake", "made_up", max(item.sold, START))
    diary.truth[f"{code['gtin']}|{serial}"] = fake
    bare = rng.random() < 0.15
    for _ in range(1 + int(rng.expovariate(1 / 4))):
        who = diary.crowd.person(diary.crowd.somewhere())
        client = diary.crowd.client(who)
        when = diary.evening(max(item.sold, START) + rng.random() * 60 * DAY)
        shown: dict[str, str | None] = {**code, "lot": None if bare else code["lot"]}
        diary.add(Look(when, shown, client, "public", False if item.signed else None, True))


def _guessed(diary: Diary, item: Item) -> None:
    """A running number that exists: its own item is still on its way, or with somebody else."""
    rng = diary.rng
    life(diary, item)
    left = float(item.shipment["_left"])
    first = max(float(item.row["commission_ts"]), START) + rng.random() * 30 * DAY
    first = min(first, diary.end - 40 * DAY) if rng.random() < 0.5 else min(max(left, START), diary.end - 40 * DAY)
    diary.name(item, "fake", "made_up", first)
    for _ in range(1 + int(rng.expovariate(1 / 4))):
        _buyer_of_copy(diary, item, diary.evening(first + rng.random() * 60 * DAY), diary.crowd.somewhere())


def lot_copy(diary: Diary, lot: Lot) -> None:
    """The code of a lot, printed on as many packs again."""
    rng = diary.rng
    diary.truth[f"{lot.product.gtin}|lot:{lot.row['lot']}"] = Truth(
        "fake", "lot_copy", float(lot.row["mfg"]) + 20 * DAY
    )
    for _ in range(int(float(lot.row["size"]) * rng.uniform(0.1, 0.7))):
        who = diary.crowd.person(diary.crowd.somewhere())
        code: dict[str, str | None] = {"gtin": lot.product.gtin, "lot": str(lot.row["lot"]), "serial": None}
        when = diary.evening(float(lot.row["mfg"]) + rng.uniform(20, 110) * DAY)
        diary.add(Look(when, code, diary.crowd.client(who), "public", None, True))


ITEM_SCENARIOS: tuple[tuple[Callable[[Diary, Item], None], float], ...] = (  # … and how many of each for one clone rate
    (countrywide, 2.0),
    (one_province, 1.2),
    (slow_drip, 1.0),
    (harvested, 1.5),
    (reuse_consumed, 1.0),
    (reuse_destroyed, 0.8),
    (refilled, 1.0),
    (made_up, 1.2),
)


def viral(diary: Diary, item: Item) -> None:
    """The page of one genuine item goes round the country."""
    rng = diary.rng
    life(diary, item)
    diary.name(item, "genuine", "viral")
    begin = diary.evening(item.sold + rng.uniform(1, 10) * DAY)
    spread = rng.uniform(0.5, 3) * DAY
    for _ in range(int(rng.lognormvariate(4.8, 0.6))):
        when = begin + rng.expovariate(1 / spread)
        diary.look(
            item, when, diary.crowd.person(diary.crowd.somewhere()), via="vpn" if rng.random() < 0.01 else "home"
        )
        if rng.random() < 0.04:
            preview(diary, item, when + 5)


def burst_attack(diary: Diary, item: Item) -> None:
    """Somebody wants a genuine code to look copied, soon: about a thousand scans in four days."""
    rng = diary.rng
    life(diary, item)
    diary.name(item, "genuine", "burst")
    begin = item.sold + rng.uniform(2, 15) * DAY
    style = rng.choice(("hosting", "home", "phones"))
    homes = [diary.crowd.person(diary.crowd.somewhere()) for _ in range(rng.randrange(3, 15))]
    for _ in range(rng.randrange(150, 600)):
        who = rng.choice(homes)
        who.device, who.agent = diary.crowd.device(), diary.crowd.agent()
        who.gps = style == "phones" and rng.random() < 0.3
        who.mobile = 1.0 if style == "phones" else 0.0
        diary.look(
            item,
            begin + rng.random() * 4 * DAY,
            who,
            via="vpn" if style == "hosting" and rng.random() < 0.7 else "home",
        )


def patient_attack(diary: Diary, item: Item) -> None:
    """The same with many home lines and weeks of patience: no rule on scans alone can tell it from copies."""
    rng = diary.rng
    life(diary, item)
    diary.name(item, "genuine", "patient")
    homes = [diary.crowd.person(diary.crowd.somewhere()) for _ in range(rng.randrange(30, 60))]
    for day in range(25):
        for _ in range(rng.randrange(1, 4)):
            diary.look(item, diary.evening(item.sold + (2 + day) * DAY), rng.choice(homes))


def enumerate_codes(diary: Diary, items: list[Item], *, slow: bool) -> None:
    """A program tries serials of one product: those that exist and those that do not."""
    rng = diary.rng
    book = diary.crowd.book
    product = items[0].lot.product
    guess = product.row["scheme"] == "rand" or rng.random() < 0.4
    agent = rng.choice(("okhttp/4.12.0", "python-requests/2.32", diary.crowd.agent(), diary.crowd.agent()))
    abroad = [block for market in range(100, 110) for block in book.fixed[market]]
    pool = rng.sample(book.hosting + abroad[::4], 8 if slow else 1)
    addresses = [rng.choice(pool).address(rng) for _ in range(rng.randrange(60, 140) if slow else 1)]
    when = START + rng.uniform(10, diary.a.days - (100 if slow else 10)) * DAY
    first = when
    diary.tried.add(f"{product.gtin}|lot:{items[0].row['lot']}")
    for number in range(rng.randrange(100, 220) if slow else rng.randrange(200, 650)):
        when += rng.expovariate(1 / (0.5 * DAY)) if slow else rng.expovariate(1 / 4)
        item = items[number % len(items)]
        serial, signed = item.serial, item.signed
        if guess:
            serial = diary.factory.serial() if product.row["scheme"] == "rand" else f"{rng.randrange(10**10):010d}"
            diary.truth.setdefault(f"{product.gtin}|{serial}", Truth("none", "guessed"))
            signed = False
        elif key(item) not in diary.truth:
            diary.name(item, "genuine", "enumerated")
        code: dict[str, str | None] = {"gtin": product.gtin, "lot": str(item.row["lot"]), "serial": serial}
        client: dict[str, Any] = {"ip": rng.choice(addresses), "ua": agent}
        sig = signed if product.row["signed"] else None
        diary.add(Look(when, code, client, "public", sig, False))
    used = sorted({str(look.client["ip"]) for look in diary.looks[-700:] if look.client["ip"] in set(addresses)})
    if used:
        diary.clients.append({"ips": used, "first": first, "slow": slow})


def divert(diary: Diary, shipment: dict[str, Any], items: list[Item]) -> None:
    """A shipment meant for one market is sold in another: genuine goods, a matter of trade."""
    rng = diary.rng
    other = diary.crowd.somewhere()
    while other == shipment["_market"]:
        other = diary.crowd.somewhere()
    diary.diverted.add(str(shipment["id"]))
    for item in items:
        item.market = other if rng.random() < 0.85 else diary.crowd.somewhere()


def people_of(diary: Diary, count: int) -> list[Person]:
    """Some people from anywhere."""
    return [diary.crowd.person(diary.crowd.somewhere()) for _ in range(count)]
