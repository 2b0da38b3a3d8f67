"""`verify-app user` on a new installation: the first administrator signs in."""

from click.testing import CliRunner

from verify_app.app import create_app
from verify_app.cli.user import command
from verify_app.settings import Settings

PASSWORD = "một câu dài để đăng nhập"


def run(tmp_path, *arguments, **options):
    return CliRunner().invoke(command, arguments, env={"DATA_DIR": str(tmp_path), "SECRET_KEY": "k" * 40}, **options)


def application(tmp_path):
    return create_app(Settings(data_dir=tmp_path, secret_key="k" * 40))


def test_the_first_administrator_sets_a_password_by_the_printed_link_and_signs_in(tmp_path):
    made = run(tmp_path, "create", "Boss@example.vn", "--name", "Trần Thị Quản", "--base-url", "http://localhost")
    assert made.exit_code == 0, made.output
    browser = application(tmp_path).test_client()
    assert browser.post(made.output.strip(), data={"password": PASSWORD, "again": PASSWORD}).status_code == 303
    browser.post("/account/sign-in", data={"email": "boss@example.vn", "password": PASSWORD})
    assert "Trần Thị Quản" in browser.get("/account").text


def test_a_closed_account_is_listed_as_closed_and_a_new_link_opens_it(tmp_path):
    made = run(tmp_path, "create", "boss@example.vn", "--name", "Quản", "--password-stdin", input=PASSWORD + "\n")
    assert made.exit_code == 0, made.output
    assert run(tmp_path, "disable", "boss@example.vn").exit_code == 0
    assert "\tdisabled\t" in run(tmp_path, "list").output
    assert "/account/welcome/" in run(tmp_path, "link", "boss@example.vn").output
    assert "\tactive\t" in run(tmp_path, "list").output


def test_what_cannot_be_an_account_is_refused_in_words(tmp_path):
    for arguments in (("boss", "--name", "Quản"), ("a@example.vn", "--name", "A", "--role", "inspector")):
        refused = run(tmp_path, "create", *arguments)
        assert refused.exit_code == 1
        assert "Expected" in refused.output
    short = run(tmp_path, "create", "a@example.vn", "--name", "A", "--password-stdin", input="ngắn\n")
    assert "Expected a password of 14" in short.output
