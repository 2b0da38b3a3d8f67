"""An office: the small world of the pages, with accounts in a real database and people who sign in to it."""

from __future__ import annotations

import re
import shutil
import time
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.fixtures_web import World, make_world
from tests.migrated import lay_schema
from verify_app.domain.account import Account, Role, Scope
from verify_app.enterprise.desk import Desk
from verify_app.inspection.office import Office as OfficeServices
from verify_app.inspection.site import Site
from verify_app.parts import Parts
from verify_app.store.accounts import StoredAccounts
from verify_app.store.engine import open_engine
from verify_app.web.accounts.invitation import set_password
from verify_app.web.accounts.person import Person, new_secrets

PASSWORD = "chín con mèo trên mái nhà"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
SCOPES = {
    Role.ENTERPRISE: Scope(enterprises=("doi-may",)),
    Role.COMMUNE: Scope(("Gia Lai/Xã Ví Dụ",), ("*",)),
    Role.INSPECTOR: Scope(("Gia Lai",), ("*",)),
    Role.PROVINCE: Scope(("Gia Lai",), ("*",)),
    Role.OPERATOR: Scope(("*",), ("*",)),
}
ROLES = tuple(SCOPES)


@dataclass
class Office:
    """A world, its database, and how to sign in to it."""

    world: World
    engine: sa.Engine
    accounts: StoredAccounts

    @property
    def app(self):
        """The application of the signed-in pages."""
        return self.world.app.wsgi_app.signed_in

    def open(self, role: Role, account_id: str = "", **changes) -> Account:
        """Open an account of a role with `PASSWORD`."""
        account_id = account_id or role.value
        account = Account(account_id, f"{account_id}@example.vn", f"Người {account_id}", role, SCOPES[role],
                          "Sở Công Thương (hư cấu)", created=int(time.time() * 1000))  # fmt: skip
        account = replace(account, **changes)
        self.accounts.add(account, new_secrets())
        with self.app.test_request_context():
            set_password(Person(*self.accounts.find("id", account_id)), PASSWORD)
        return account

    def sign_in(self, account: Account, password: str = PASSWORD):
        """A browser in which somebody signed in with the form."""
        client = self.world.client()
        client.post("/account/sign-in", data={"email": account.email, "password": password})
        return client

    def someone(self, role: Role, **changes):
        """A browser in which a new person of a role is signed in."""
        return self.sign_in(self.open(role, **changes))


def token(client, path: str = "/account") -> str:
    """The form token of a signed-in browser."""
    return TOKEN.search(client.get(path).text)[1]


def send(client, path: str, **fields):
    """Send a form as its page would."""
    return client.post(path, data={"csrf_token": token(client), **fields})


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory) -> Path:
    """A migrated SQLite database, to be copied."""
    path = tmp_path_factory.mktemp("accounts") / "empty.sqlite3"
    lay_schema(f"sqlite:///{path}")
    return path


def make_office(folder: Path, empty: Path, **settings) -> Office:
    """An office in a folder."""
    shutil.copy(empty, folder / "registry.sqlite3")
    engine = open_engine(f"sqlite:///{folder / 'registry.sqlite3'}")
    world = make_world(folder, **{"public_url": "", **settings})
    parts: Parts = world.app.extensions["parts"]
    accounts = StoredAccounts(engine)
    services = {"desk": Desk(engine, folder), "office": OfficeServices(engine), "site": Site(engine, folder)}
    world.app.extensions["parts"] = replace(parts, accounts=accounts, **services)
    return Office(world, engine, accounts)


@pytest.fixture
def office(tmp_path, empty_database):
    made = make_office(tmp_path, empty_database)
    yield made
    made.engine.dispose()
