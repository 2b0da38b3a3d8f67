# The scan page's decoder, at the versions that the lock file names, checked hash by hash.
FROM node:22-bookworm-slim AS scanner

WORKDIR /scanner
COPY static/npm ./
RUN npm ci --ignore-scripts --no-audit --no-fund && node collect.mjs . /scanner/vendor


# The image installs the wheel, not the checkout: what is tested is what runs.
FROM python:3.11-slim-bookworm AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build

# The pinned packages change seldom: a layer of their own, checked hash by hash.
COPY requirements.lock requirements-build.lock ./
RUN python -m venv /opt/verify-app \
    && /opt/verify-app/bin/pip install --require-hashes -r requirements.lock \
    && python -m venv /opt/build \
    && /opt/build/bin/pip install --require-hashes -r requirements-build.lock

COPY pyproject.toml README.md ./
COPY cache cache
COPY static static
COPY --from=scanner /scanner/vendor static/vendor
COPY templates templates
COPY translations translations
COPY verify_app verify_app
RUN /opt/build/bin/hatchling build -t wheel -d /build/dist \
    && /opt/verify-app/bin/pip install --no-deps --no-index /build/dist/*.whl


FROM python:3.11-slim-bookworm

RUN apt-get update \
    && apt-get install -y --no-install-recommends libzbar0 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 verify \
    && useradd --system --uid 10001 --gid verify --home-dir /data --shell /usr/sbin/nologin verify \
    && install -d -o verify -g verify -m 0700 /data

COPY --from=build /opt/verify-app /opt/verify-app

ENV PATH=/opt/verify-app/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    BIND=0.0.0.0 \
    PORT=8000 \
    DATA_DIR=/data
USER verify
WORKDIR /data
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM

# /livez and not /health: a database that is away is no reason to restart this container.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/livez', timeout=4)"]

ENTRYPOINT ["verify-app"]
CMD ["serve"]
