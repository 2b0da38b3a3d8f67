"""What gunicorn loads: `verify_app.serving.wsgi:application`, made in each worker after the fork."""

from ..app import create_app
from ..assets import static_files, stylesheet_hash
from ..settings import Settings
from ..web.visit import is_preview_bot
from .fast_door import FastDoor

# Made once and kept, in seconds of work: here, before the first visitors come and each of their threads makes it too.
static_files()
stylesheet_hash()
is_preview_bot("Mozilla")

application = FastDoor(create_app(Settings.from_env()))
