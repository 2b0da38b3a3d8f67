"""Who may ask for verification messages."""

from dataclasses import replace

from verify_app.domain.requester import Requester, digest_of

PARTNER = Requester("9521234500007", "Pharmacy (fictional)")


def test_a_key_is_asked_for_where_one_was_given_and_nobody_stays_who_was_closed():
    keyed = replace(PARTNER, key_digest=digest_of("secret"))
    assert [PARTNER.may_ask(""), keyed.may_ask("secret"), keyed.may_ask("other"), keyed.may_ask("")] == [
        True,
        True,
        False,
        False,
    ]
    assert not replace(keyed, active=False).may_ask("secret")
