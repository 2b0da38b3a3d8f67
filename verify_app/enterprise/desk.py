"""What the services of enterprises work with: the database, the folder for files, and the way to show what changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..domain.code import Code
from ..store.engine import Engine, StoreUnavailable
from .answers import Answers
from .api_keys import ApiKeys
from .capturing import Captures
from .claims import Claims
from .code_office import CodeOffice
from .codes import CodeDesk
from .digests import Digests
from .import_run import Imports
from .item_life import ItemLife
from .joining import Joining
from .letters import NO_MAIL, Letters, MailServer
from .link_office import LinkOffice
from .monitor import Monitor
from .places import Places
from .product_photos import ProductPhotos
from .reviewing import Reviews
from .safe_target import Target, check_target, post
from .webhooks import Post, Webhooks


def _show_nothing(_gtin: str, _lot: str = "") -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Desk:
    """The services of enterprises, joined. `purge` shows what was published for a GTIN or lot at once, everywhere;
    `purge_item` an item's state."""

    database: Engine | None = None
    data_dir: Path = Path("var")
    purge: Callable[[str, str], bool] = _show_nothing
    purge_item: Callable[[str, str], bool] = _show_nothing
    purge_links: Callable[[Code], object] = lambda _code: True
    mail: MailServer = NO_MAIL
    post: Post = post  # how a message reaches an enterprise's server, and which servers may be told
    check: Callable[[str], Target] = check_target
    secret: bytes = b""  # of the installation: serials are made with it

    @property
    def engine(self) -> Engine:
        """The database. Raises `StoreUnavailable` where this process was given none."""
        if self.database is None:
            raise StoreUnavailable("Expected a database for the enterprises' desk, got none.")
        return self.database

    @property
    def imports(self) -> Imports:
        """Imports of files."""
        return Imports(self.engine, self.data_dir / "imports", self.purge, self.secret)

    @property
    def life(self) -> ItemLife:
        """Moves of items."""
        return ItemLife(self.engine, self.purge_item)

    @property
    def reviews(self) -> Reviews:
        """Review before publishing."""
        return Reviews(self.engine, self.purge)

    @property
    def captures(self) -> Captures:
        """EPCIS documents."""
        return Captures(self.engine, self.life, self.purge)

    @property
    def keys(self) -> ApiKeys:
        """Keys of programs."""
        return ApiKeys(self.engine)

    @property
    def answers(self) -> Answers:
        """Answers to repeatable requests."""
        return Answers(self.engine)

    @property
    def monitor(self) -> Monitor:
        """Readiness and data quality."""
        return Monitor(self.engine)

    @property
    def webhooks(self) -> Webhooks:
        """Messages to the servers of enterprises."""
        return Webhooks(self.engine, check=self.check, send=self.post)

    @property
    def codes(self) -> CodeOffice:
        """Codes and labels."""
        desk = CodeDesk(self.engine, self.secret)
        folder = self.data_dir / "labels"
        return CodeOffice(desk, self.engine, folder, purge=self.purge, purge_item=self.purge_item)

    @property
    def joining(self) -> Joining:
        """Requests to be taken up as an enterprise."""
        return Joining(self.engine)

    @property
    def letters(self) -> Letters:
        """Letters by e-mail."""
        return Letters(self.engine, self.mail)

    @property
    def digests(self) -> Digests:
        """Daily letters."""
        return Digests(self.engine, self.letters)

    @property
    def claims(self) -> Claims:
        """Certificates of products."""
        return Claims(self.engine, self.data_dir / "papers")

    @property
    def places(self) -> Places:
        """Places of enterprises."""
        return Places(self.engine)

    @property
    def photos(self) -> ProductPhotos:
        """Pictures of products."""
        return ProductPhotos(self.engine, self.data_dir / "pictures")

    @property
    def links(self) -> LinkOffice:
        """Links of codes."""
        return LinkOffice(self.engine, self.purge_links)
