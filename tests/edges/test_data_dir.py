"""DATA_DIR: private, for one instance at a time."""

import os
import stat
import subprocess
import sys

import pytest

from verify_app.serving import data_dir
from verify_app.serving.data_dir import DataDirError, Lock


def test_the_folder_is_for_its_owner_only(tmp_path):
    made = data_dir.make(tmp_path / "a" / "b")
    assert made.is_absolute()
    assert stat.S_IMODE(made.stat().st_mode) == 0o700


def test_an_open_folder_is_closed(tmp_path):
    (tmp_path / "open").mkdir(mode=0o755)
    assert stat.S_IMODE(data_dir.make(tmp_path / "open").stat().st_mode) == 0o700


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DataDirError, match="cannot be made"):
        data_dir.make(tmp_path / "file")


def test_a_full_disk_is_told_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(data_dir, "_FREE_AT_LEAST", 1 << 60)
    with pytest.raises(DataDirError, match="Expected at least 64 MB free"):
        data_dir.make(tmp_path / "new")


def test_the_second_instance_is_told_which_process_has_the_folder(tmp_path):
    holder = Lock(tmp_path)
    holder.take()
    with pytest.raises(DataDirError, match=rf"in use by another instance \(process {os.getpid()}\)"):
        Lock(tmp_path).take()
    holder.release()
    Lock(tmp_path).take()


def test_the_lock_ends_with_its_process_however_that_ends(tmp_path):
    code = "import sys, time; from pathlib import Path; from verify_app.serving.data_dir import Lock; "
    code += "Lock(Path(sys.argv[1])).take(); print('has it', flush=True); time.sleep(600)"
    holder = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE)
    assert holder.stdout.readline() == b"has it\n"
    with pytest.raises(DataDirError, match=f"process {holder.pid}"):
        Lock(tmp_path).take()
    holder.kill()
    holder.wait()
    Lock(tmp_path).take()
    holder.stdout.close()


def test_measures_of_an_earlier_run_are_forgotten(tmp_path):
    (data_dir.empty_metrics(tmp_path) / "counter_1.db").write_text("old")
    assert list(data_dir.empty_metrics(tmp_path).iterdir()) == []
