"""Signed parameter files: who may change a threshold."""

import json
from importlib.resources import files

import pytest
from click.testing import CliRunner

from verify_app.cli.policy import command
from verify_app.detection.policy_files import PolicyError, PolicyFolder, Signed, built_in
from verify_app.domain.score import RulesError


def changed(**fields):
    return json.dumps({**json.loads(built_in().to_json()), **fields})


def test_without_an_activated_file_the_built_in_rules_judge(tmp_path):
    folder = PolicyFolder(tmp_path)
    assert folder.rules() == built_in()
    assert folder.rules("shadow") is None


def test_signed_parameters_become_active(tmp_path):
    folder = PolicyFolder(tmp_path)
    folder.put("active", folder.sign(changed(version="mine", red=7.5)))
    assert folder.rules().version == "mine"
    assert folder.rules().red == 7.5


@pytest.mark.parametrize("version", ["score-1", "score-2", "score-3", "score-5"])
def test_other_rules_of_the_package_can_be_put_in_force_and_taken_back(tmp_path, version):
    folder = PolicyFolder(tmp_path)
    earlier = files("verify_app.policies").joinpath(f"{version}.json").read_text(encoding="utf-8")
    assert folder.put("active", folder.sign(earlier)).version == version
    assert folder.undo("active") == built_in()


def test_a_threshold_changed_after_signing_is_refused(tmp_path):
    folder = PolicyFolder(tmp_path)
    signed = folder.sign(changed(red=7.5))
    forged = Signed(signed.body.replace("7.5", "9.5"), signed.key, signed.signature)
    with pytest.raises(PolicyError, match="Expected a signature that fits"):
        folder.put("active", forged)


def test_a_file_changed_on_the_disk_is_refused(tmp_path):
    folder = PolicyFolder(tmp_path)
    folder.put("active", folder.sign(changed(red=7.5)))
    path = tmp_path / "policy" / "active.json"
    path.write_text(path.read_text().replace("7.5", "9.5"))
    with pytest.raises(PolicyError):
        folder.rules()


def test_a_stranger_signs_in_vain_until_he_is_trusted(tmp_path):
    theirs, ours = PolicyFolder(tmp_path / "theirs"), PolicyFolder(tmp_path / "ours")
    signed = theirs.sign(changed(version="theirs"))
    with pytest.raises(PolicyError, match="Expected a signer from"):
        ours.put("active", signed)
    trusted = tmp_path / "ours" / "policy" / "trusted"
    trusted.mkdir(parents=True)
    (trusted / "ministry.pub").write_text(signed.key + "\n")
    assert ours.put("active", signed).version == "theirs"


def test_one_step_back_is_always_possible(tmp_path):
    folder = PolicyFolder(tmp_path)
    folder.put("active", folder.sign(changed(version="one")))
    folder.put("active", folder.sign(changed(version="two")))
    assert folder.undo("active").version == "one"
    assert folder.undo("active") == built_in()


def test_the_private_key_is_for_its_owner_only(tmp_path):
    PolicyFolder(tmp_path).sign(changed())
    assert (tmp_path / "policy" / "signing.key").stat().st_mode & 0o077 == 0


def test_parameters_that_punish_excuses_are_not_signed(tmp_path):
    with pytest.raises(RulesError):
        PolicyFolder(tmp_path).sign(changed(slopes=[["linked", 2.0, 1.0]]))


@pytest.mark.parametrize("text", ["", "{}", "[1]", "null", '{"rules": "x", "key": "zz", "signature": ""}'])
def test_what_is_no_parameter_file_is_refused(tmp_path, text):
    with pytest.raises(PolicyError):
        PolicyFolder(tmp_path).put("active", Signed.from_text(text))


def test_the_command_signs_activates_shows_and_takes_back(tmp_path, monkeypatch):
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    parameters, signed = tmp_path / "p.json", tmp_path / "p.signed.json"
    parameters.write_text(changed(version="by-command"))
    run = CliRunner().invoke
    assert run(command, ["sign", str(parameters), "-o", str(signed)]).exit_code == 0
    assert run(command, ["shadow", str(signed)]).output == "shadow: by-command\n"
    assert run(command, ["activate", str(signed)]).output == "active: by-command\n"
    assert json.loads(run(command, ["show"]).output)["version"] == "by-command"
    assert run(command, ["undo"]).output == f"active: {built_in().version}\n"
    refused = run(command, ["activate", str(parameters)])
    assert refused.exit_code == 1
    assert "Expected a signed parameter file" in refused.output
