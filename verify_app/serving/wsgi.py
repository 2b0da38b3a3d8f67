"""What gunicorn loads: `verify_app.serving.wsgi:application`, made in each worker after the fork."""

from ..app import create_app
from ..settings import Settings
from .fast_door import FastDoor

application = FastDoor(create_app(Settings.from_env()))
