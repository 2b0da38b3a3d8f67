"""What honest people do with a genuine item, and why it can look like a copy."""

from __future__ import annotations

from .diary import Diary, Look, Truth
from .goods import DAY, START, Item
from .people import PREVIEWS, Person


def life(diary: Diary, item: Item) -> None:
    """All looks at one genuine item, from the factory to the empty pack."""
    a, rng = diary.a, diary.rng
    diary.name(item, "genuine", "genuine")
    _trade(diary, item)
    if rng.random() < min(0.8, a.browse * float(item.lot.product.curiosity)):
        browsing(diary, item, item.sold)
    buyer = diary.crowd.person(item.market)
    bought = diary.evening(item.sold)
    if rng.random() < 0.85:
        diary.look(item, bought, buyer, via=_way(diary))
    at_home(diary, item, buyer, bought)
    owner = buyer
    if rng.random() < a.gift:
        owner = _given(diary, item, buyer, bought, mean=20)
    elif rng.random() < a.resale:
        owner = _given(diary, item, buyer, bought, mean=30)
    if rng.random() < a.share:
        shared(diary, item, owner, bought, rng.randrange(1, 7))
    _use(diary, item, owner, bought)


def _way(diary: Diary) -> str:
    draw = diary.rng.random()
    return "vpn" if draw < diary.a.vpn else "away" if draw < 0.4 else "home"


def browsing(diary: Diary, item: Item, sold: float) -> None:
    """Shoppers take it from the shelf, look, and put it back."""
    a, rng = diary.a, diary.rng
    while True:
        market = item.market if rng.random() < 0.9 else diary.crowd.somewhere()
        earlier = max(float(item.shipment["_left"]) + 2 * DAY, sold - rng.expovariate(1 / 7) * DAY)
        diary.look(item, diary.evening(earlier), diary.crowd.person(market), via="away")
        if rng.random() >= a.browse_more:
            return


def at_home(diary: Diary, item: Item, buyer: Person, bought: float) -> None:
    """The buyer looks again; the family looks; somebody flies."""
    a, rng = diary.a, diary.rng
    while rng.random() < a.recheck:
        diary.look(item, diary.after(bought, 8), buyer)
    while rng.random() < a.family:
        diary.look(item, diary.after(bought, 6), diary.crowd.person(buyer.market, home=buyer))
    if rng.random() < a.travel:
        traveller = diary.crowd.person(diary.crowd.somewhere() if rng.random() < 0.8 else rng.randrange(100, 110))
        traveller.device, traveller.agent = buyer.device, buyer.agent
        diary.look(item, diary.after(bought, 5, 0.2), traveller, via="away")


def shared(diary: Diary, item: Item, who: Person, when: float, friends: int) -> None:
    """A link goes into a chat: a robot draws its preview, friends open it within days, from anywhere."""
    rng = diary.rng
    sent = diary.after(when, 3)
    preview(diary, item, sent)
    for _ in range(friends):
        market = who.market if rng.random() < 0.5 else diary.crowd.somewhere()
        opened = sent + rng.expovariate(1 / 10) * 3600
        diary.look(item, opened, diary.crowd.person(market))
        if rng.random() < 0.05:
            preview(diary, item, opened + 600)


def preview(diary: Diary, item: Item, when: float) -> None:
    """A robot of a chat fetches the page; some say so, some look like a browser."""
    rng = diary.rng
    address = rng.choice(diary.crowd.book.previews).address(rng)
    code: dict[str, str | None] = {name: str(item.row[name]) for name in ("gtin", "lot", "serial")}
    client = {"ip": address, "ua": rng.choice(PREVIEWS)}
    diary.add(Look(when + rng.random() * 20, dict(code), client, "public", item.signed or None, False))


def _trade(diary: Diary, item: Item) -> None:
    """Partner at the factory, retailer in the shop."""
    a, rng = diary.a, diary.rng
    if rng.random() < a.partner:
        made = float(item.row["commission_ts"])
        who = diary.crowd.person(item.lot.product.home)
        diary.look(item, diary.evening(made + rng.uniform(0, 3) * DAY), who, actor="partner")
    if rng.random() < a.retailer:
        keeper = diary.crowd.person(item.market)
        diary.look(item, diary.evening(item.sold - rng.uniform(0.5, 6) * DAY), keeper)
    if rng.random() < 0.001:
        diary.look(item, diary.evening(item.sold), diary.crowd.person(item.market), actor="inspector")


def _given(diary: Diary, item: Item, buyer: Person, bought: float, mean: float) -> Person:
    rng = diary.rng
    market = buyer.market if rng.random() < 0.45 else diary.crowd.somewhere()
    receiver = diary.crowd.person(market)
    given = diary.after(bought, mean, 1)
    if rng.random() < 0.75:
        diary.look(item, given, receiver)
        at_home(diary, item, receiver, given)
    return receiver


def _use(diary: Diary, item: Item, owner: Person, bought: float) -> None:
    a, rng, row = diary.a, diary.rng, item.lot.product.row
    used = bought + rng.uniform(0.3, 1.3) * float(row["use_days"]) * DAY
    if rng.random() < 0.95:  # what is used up is given to nobody, nor shown to the family
        used = max(used, diary.last_look(item) + rng.random() * DAY)
    if rng.random() < a.consumed_known:
        item.row["decom_ts"], item.row["decom"] = used, "consumed"
        if rng.random() < 0.10:  # the owner looks again at what is used up, now and then with a new cookie
            diary.look(item, diary.after(used, 10), owner)
    if rng.random() < a.bin:
        finder = diary.crowd.person(owner.market if owner.market < 100 else diary.crowd.somewhere())
        diary.look(item, diary.after(used, 10, 1), finder)
    if row["refillable"] and rng.random() < a.refill_home:
        when = diary.after(used, 20, 5)
        for _ in range(rng.randrange(1, 4)):
            when = diary.after(when, 12)
            guest = owner if rng.random() < 0.5 else diary.crowd.person(owner.market, home=owner)
            diary.look(item, when, guest)


def on_show(diary: Diary, item: Item) -> None:
    """An item at a fair, in a shop window or in a class: strangers in one place, for days."""
    rng = diary.rng
    days = rng.randrange(2, 15)
    begin = item.sold
    for _ in range(int(rng.lognormvariate(2.6, 0.8)) + 3):
        visitor = diary.crowd.person(item.market if rng.random() < 0.8 else diary.crowd.somewhere())
        when = diary.evening(begin + rng.random() * days * DAY)
        diary.look(item, when, visitor, via="away")


def campaign(diary: Diary, item: Item, period: tuple[float, float]) -> None:
    """A lucky draw: people check one item many times, and pass it round."""
    rng = diary.rng
    for _ in range(int(rng.expovariate(1 / 2.5))):
        when = rng.uniform(*period)
        if when > item.sold:
            market = item.market if rng.random() < 0.8 else diary.crowd.somewhere()
            diary.look(item, when, diary.crowd.person(market))


def mistyped(diary: Diary, item: Item) -> None:
    """Somebody types a serial with one wrong letter, once or twice."""
    rng = diary.rng
    serial = list(item.serial)
    place = rng.randrange(len(serial))
    serial[place] = rng.choice([c for c in "0123456789" if c != serial[place]])
    code = {"gtin": str(item.row["gtin"]), "lot": str(item.row["lot"]), "serial": "".join(serial)}
    client = {**diary.crowd.client(diary.crowd.person(item.market)), "entry": "manual"}
    when = diary.evening(item.sold)
    for _ in range(rng.randrange(1, 3)):
        when += 15
        diary.add(Look(when, dict(code), client, "public", False if item.signed else None, False))
    diary.truth.setdefault(f"{code['gtin']}|{code['serial']}", Truth("genuine", "mistyped"))


def carton(diary: Diary, items: list[Item]) -> None:
    """A shop looks at every piece of a carton, one after the other."""
    rng = diary.rng
    keeper = diary.crowd.person(items[0].market)
    keeper.mobile = 0.0
    when = diary.evening(max(START, min(item.sold for item in items) - 2 * DAY))
    for item in items:
        when += rng.uniform(4, 40)
        diary.look(item, when, keeper)


def coarse(diary: Diary) -> None:
    """Looks at codes of whole lots and models, which say nothing of one piece."""
    a, rng = diary.a, diary.rng
    for product in diary.factory.products:
        level = product.row["level"]
        if level == "unit":
            continue
        for lot in product.lots:
            size = float(lot.row["size"])
            habit = float(product.curiosity) * rng.lognormvariate(-2.1, 0.3)
            for _ in range(int(size * min(0.4, habit))):
                shipment = rng.choice(lot.shipments)
                market = int(shipment["_market"])
                who = diary.crowd.person(market if rng.random() > a.ecommerce else diary.crowd.somewhere())
                when = diary.evening(float(shipment["_left"]) + rng.uniform(3, 60) * DAY)
                code: dict[str, str | None] = {"gtin": product.gtin, "lot": None, "serial": None}
                if level == "lot":
                    code["lot"] = str(lot.row["lot"])
                    diary.truth.setdefault(f"{product.gtin}|lot:{lot.row['lot']}", Truth("genuine", "lot"))
                diary.add(Look(when, code, diary.crowd.client(who, via="away"), "public", None, False))
