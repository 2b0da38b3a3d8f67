"""Photos of reports in DATA_DIR/reports: re-encoded before they come here, named by the SHA-256 of their bytes.

The name is the proof: a file whose bytes were changed no longer has the name that its report tells.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from verify_app.domain.report import Photo

from .whole_file import keep_whole, sync_folder


class PhotoChanged(RuntimeError):  # noqa: N818 - a state of the disk
    """The file is not what was kept; the message names it."""


@dataclass(frozen=True, slots=True)
class KeptPhoto:
    """A photo on its way to the disk: a JPEG without metadata, its pixels."""

    data: bytes
    width: int
    height: int

    @property
    def described(self) -> Photo:
        """What a report tells of it."""
        return Photo(sha256(self.data).hexdigest(), self.width, self.height, len(self.data))


def path_of(folder: Path, photo: Photo) -> Path:
    """Where a photo lies below the folder of reports."""
    return folder / photo.sha256[:2] / f"{photo.sha256}.jpg"


def write(folder: Path, photo: KeptPhoto) -> Path:
    """Bring a photo to the disk; again is as once. Raises `OSError`, and then leaves no broken file."""
    path = path_of(folder, photo.described)
    if path.exists():
        return path
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    keep_whole(path, photo.data)
    sync_folder(folder)  # where the folder of the path is new
    return path


def read(folder: Path, photo: Photo) -> bytes:
    """The bytes of a kept photo. Raises `FileNotFoundError`, and `PhotoChanged` if they are not what was kept."""
    data = path_of(folder, photo).read_bytes()
    if sha256(data).hexdigest() != photo.sha256:
        raise PhotoChanged(f"Expected the photo {photo.sha256}, got other bytes under its name.")
    return data
