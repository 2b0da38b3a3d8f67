"""Links of enterprises: written as a whole for each anchor, and found for a code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa

from verify_app.domain.code import Code, CodeError
from verify_app.domain.link import DEFAULT_LINK, LINK_TYPES, Link, primary_path, qualifier_paths
from verify_app.domain.parse import parse

from .engine import writing
from .tables import enterprise, link, link_host, model

_HOST = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
_LANGUAGE = re.compile(r"[a-z]{2}(-[A-Z]{2})?")  # GS1's linkset schema takes no other tags
_MEDIA_TYPE = re.compile(r"\w+/[-+.\w]+", re.ASCII)
_CONTEXT = re.compile(r"[!-~]+")


class LinkError(ValueError):
    """A link that may not be written; the message says what was expected and what came."""


@dataclass(frozen=True, slots=True)
class Anchored:
    """All links of an enterprise at one anchor: `path` is the code's path here, such as "/01/09521234543213/10/L1"."""

    path: str
    enterprise_id: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class LinksFound:
    """Links on the primary key itself; `deeper` where lots or items of it have links of their own."""

    links: tuple[Link, ...]
    deeper: bool = False


def write_hosts(engine: sa.Engine, enterprise_id: str, hosts: Iterable[str]) -> None:
    """Set the hosts that an enterprise may link to, in place of those before: links to others no longer hold.

    Raises `LinkError` for what is no host name in lower case, and for an unknown enterprise."""
    wanted = sorted(set(hosts))
    for host in wanted:
        if not _HOST.fullmatch(host):
            raise LinkError(f"Expected a host name in lower case, got {host!r}.")
    with writing(engine) as connection:
        _check_enterprise(connection, enterprise_id)
        connection.execute(sa.delete(link_host).where(link_host.c.enterprise_id == enterprise_id))
        if wanted:
            connection.execute(
                sa.insert(link_host), [{"enterprise_id": enterprise_id, "host": host} for host in wanted]
            )


def write_links(engine: sa.Engine, anchored: Anchored) -> Code:
    """Set the links at one anchor, in place of those before, and return the anchor's code; none removes the anchor.

    Only https targets on the enterprise's own hosts, at most one default link, and for a GTIN only by the enterprise
    that registered it. Raises `LinkError`; the caller then calls `resolve_links.purge_links`.
    """
    code = _anchor(anchored.path)
    where = (link.c.key == code.key, link.c.value == code.value, link.c.qualifiers == _qualifiers(code))
    if sum(held.default for held in anchored.links) > 1:
        raise LinkError(f"Expected at most one default link at {anchored.path}, got several.")
    with writing(engine) as connection:
        _check_owner(connection, code, anchored.enterprise_id)
        chosen = sa.select(link_host.c.host).where(link_host.c.enterprise_id == anchored.enterprise_id)
        hosts = frozenset(connection.execute(chosen).scalars())
        rows = [_row(code, place, anchored, hosts) for place in range(len(anchored.links))]
        connection.execute(sa.delete(link).where(*where))
        if rows:
            connection.execute(sa.insert(link), rows)
    return code


def find_links(connection: sa.Connection, code: Code) -> LinksFound:
    """Links on a code's primary key alone, whatever its qualifiers."""
    key = {"key": code.key, "value": code.value}
    deeper = bool(connection.execute(_DEEPER, key).scalar())
    return LinksFound(tuple(_link(row) for row in connection.execute(_ON_KEY, key)), deeper)


def find_deeper_links(connection: sa.Connection, code: Code) -> tuple[Link, ...]:
    """Links at the levels of a code below its primary key, in one query."""
    paths = [path for path in qualifier_paths(code) if path]
    if not paths:
        return ()
    rows = connection.execute(_BELOW, {"key": code.key, "value": code.value, "paths": paths}).all()
    return tuple(_link(row) for row in rows)


def _anchor(path: str) -> Code:
    try:
        code = parse(path)
    except CodeError as error:
        raise LinkError(f"Expected the path of a GS1 code as anchor, got {path!r}: {error}") from error
    if code.path != path or not code.key.isdigit():
        raise LinkError(f"Expected the canonical path of a GS1 code as anchor, got {path!r}.")
    return code


def _qualifiers(code: Code) -> str:
    return code.path.removeprefix(primary_path(code))


def _check_enterprise(connection: sa.Connection, enterprise_id: str) -> None:
    known = sa.select(enterprise.c.id).where(enterprise.c.id == enterprise_id)
    if connection.execute(known).first() is None:
        raise LinkError(f"Expected a registered enterprise, got {enterprise_id!r}.")


def _check_owner(connection: sa.Connection, code: Code, enterprise_id: str) -> None:
    _check_enterprise(connection, enterprise_id)
    if code.gtin:
        owner = connection.execute(sa.select(model.c.enterprise_id).where(model.c.gtin == code.gtin)).scalar()
        if owner != enterprise_id:
            raise LinkError(f"Expected a GTIN that {enterprise_id} registered, got {code.gtin}.")
        return
    held = sa.select(link.c.enterprise_id).where(link.c.key == code.key, link.c.value == code.value)
    others = set(connection.execute(held).scalars()) - {enterprise_id}
    if others:
        raise LinkError(f"Expected an anchor that no other enterprise uses, got {code.path}.")


def _row(code: Code, place: int, anchored: Anchored, hosts: frozenset[str]) -> dict[str, Any]:
    held = anchored.links[place]
    host = _checked_host(held.href, hosts)
    if held.rel not in LINK_TYPES or held.rel.startswith(DEFAULT_LINK):
        raise LinkError(f"Expected a descriptive link type of the GS1 Web Vocabulary, got {held.rel!r}.")
    if not held.title.strip():
        raise LinkError(f"Expected a title for {held.href}, got none.")
    _check_all(_LANGUAGE, held.hreflang, 'languages such as "vi" or "en-GB"')
    _check_all(_CONTEXT, held.context, "contexts without spaces")
    _check_all(_MEDIA_TYPE, (held.media_type,) if held.media_type else (), 'a media type such as "text/html"')
    return {
        "key": code.key,
        "value": code.value,
        "qualifiers": _qualifiers(code),
        "place": place,
        "enterprise_id": anchored.enterprise_id,
        "rel": held.rel,
        "href": held.href,
        "host": host,
        "title": held.title,
        "hreflang": " ".join(held.hreflang),
        "media_type": held.media_type,
        "context": " ".join(held.context),
        "is_default": held.default,
        "forwards_query": held.forwards_query,
        "public": held.public,
        "valid_from": held.valid_from,
        "valid_until": held.valid_until,
    }


def _checked_host(href: str, hosts: frozenset[str]) -> str:
    if not (href.isascii() and href.isprintable()) or set(href) & set(' <>"\\^`{|}'):
        raise LinkError(f"Expected an https address in ASCII, got {href!a}.")
    parts = urlsplit(href)
    if parts.scheme != "https" or parts.netloc not in hosts:  # netloc: no port, no user name, no capital letter
        raise LinkError(f"Expected an https address on one of the enterprise's hosts, got {href!r}.")
    if parts.fragment and parts.query:
        raise LinkError(f"Expected a fragment or a query string, got both in {href!r}.")
    return parts.netloc


def _check_all(pattern: re.Pattern[str], values: Sequence[str], expected: str) -> None:
    for value in values:
        if not pattern.fullmatch(value):
            raise LinkError(f"Expected {expected}, got {value!r}.")


def _link(row: Any) -> Link:
    return Link(
        qualifiers=row.qualifiers,
        rel=row.rel,
        href=row.href,
        title=row.title,
        hreflang=tuple(row.hreflang.split()),
        media_type=row.media_type,
        context=tuple(row.context.split()),
        default=row.is_default,
        forwards_query=row.forwards_query,
        public=row.public,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
    )


_NAMES = "qualifiers rel href title hreflang media_type context is_default forwards_query public valid_from valid_until"
_KEY, _VALUE = (sa.bindparam(name, type_=sa.String()) for name in ("key", "value"))
_AT_KEY = (link.c.key == _KEY) & (link.c.value == _VALUE)
_HELD = sa.select(*(link.c[name] for name in _NAMES.split())).select_from(
    link.join(link_host, (link_host.c.enterprise_id == link.c.enterprise_id) & (link_host.c.host == link.c.host))
)
_ON_KEY = _HELD.where(_AT_KEY, link.c.qualifiers == "").order_by(link.c.place)
_BELOW = _HELD.where(_AT_KEY, link.c.qualifiers.in_(sa.bindparam("paths", expanding=True))).order_by(
    link.c.qualifiers, link.c.place
)
_DEEPER = sa.select(sa.exists().where(_AT_KEY, link.c.qualifiers != ""))


def hosts_of(connection: sa.Connection, enterprise_id: str) -> tuple[str, ...]:
    """Hosts that an enterprise may link to."""
    query = sa.select(link_host.c.host).where(link_host.c.enterprise_id == enterprise_id).order_by(link_host.c.host)
    return tuple(connection.execute(query).scalars())


def anchors_of(connection: sa.Connection, enterprise_id: str) -> tuple[tuple[str, int], ...]:
    """Paths at which an enterprise has links, with how many."""
    where = (link.c.key, link.c.value, link.c.qualifiers)
    query = sa.select(*where, sa.func.count()).where(link.c.enterprise_id == enterprise_id)
    rows = connection.execute(query.group_by(*where).order_by(*where).limit(500))
    return tuple((f"/{key}/{value}{qualifiers}", count) for key, value, qualifiers, count in rows)


def links_at(connection: sa.Connection, enterprise_id: str, path: str) -> tuple[Link, ...]:
    """Links of an enterprise at one anchor, also those whose host it may not use any more. Raises `LinkError`."""
    code = _anchor(path)
    query = sa.select(link).where(link.c.enterprise_id == enterprise_id, link.c.qualifiers == _qualifiers(code))
    query = query.where(link.c.key == code.key, link.c.value == code.value).order_by(link.c.place)
    return tuple(_link(row) for row in connection.execute(query))
