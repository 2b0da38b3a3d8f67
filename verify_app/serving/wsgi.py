"""What gunicorn loads: `verify_app.serving.wsgi:application`, made in each worker after the fork."""

from ..app import create_app
from ..settings import Settings

application = create_app(Settings.from_env())
