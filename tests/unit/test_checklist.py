"""What an officer goes through on site."""

from verify_app.domain.checklist import Basis, faults, label_lines, visit_lines
from verify_app.domain.field import Mark
from verify_app.domain.label_groups import label_groups


def keys(group):
    return [line.items[0] for line in label_lines(group)]


def test_the_label_of_any_goods_has_three_lines_and_those_of_its_group_once():
    assert keys(0) == keys(70) == ["name", "responsible_party", "origin"]
    assert keys(12)[:5] == ["name", "responsible_party", "origin", "dosage_form", "strength"]  # Annex I names it again
    assert all(len(keys(number)) == len(set(keys(number))) > 3 for number in label_groups())


def test_a_survey_asks_the_seller_and_an_inspection_has_its_steps_too():
    assert visit_lines(Basis.SURVEY) == ("records", "bought_codes")
    assert visit_lines(Basis.PLAN) == visit_lines(Basis.RISK) == ("decision", "records", "bought_codes", "minutes")


def test_faults_are_what_is_missing_or_wrong():
    marks = {"name": Mark.OK, "origin": Mark.MISSING, "lot": Mark.NOT_NEEDED, "expiry": Mark.WRONG}
    assert faults(marks) == (("origin", Mark.MISSING), ("expiry", Mark.WRONG))
