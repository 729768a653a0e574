FROM python:3.13-slim-trixie AS build
WORKDIR /srv/medfacts
COPY pyproject.toml requirements.lock ./
COPY app/__init__.py app/
# The project is installed in place, by its first file alone: app/ has to stay beside migrations/
# and seed/, and a change in it makes no new layer of packages.
# Bytecode is compiled here, never to be checked again: nobody can write any when it runs.
RUN python -m venv --without-pip /opt/venv \
    && pip --python /opt/venv install --no-cache-dir --no-compile --only-binary :all: \
        --require-hashes -r requirements.lock \
    && pip --python /opt/venv install --no-cache-dir --no-compile \
        --no-deps --no-build-isolation -e . \
    && rm requirements.lock \
    && python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/venv
COPY app app
COPY migrations migrations
COPY seed seed
# A checkout made under a strict umask is readable by its owner only.
RUN python -m compileall -q --invalidation-mode unchecked-hash . \
    && chmod -R a+rX,go-w .

FROM python:3.13-slim-trixie
# The base image comes without the standard library's bytecode.
RUN python -m compileall -q -j 0 -x site-packages --invalidation-mode unchecked-hash \
        "$(python -c 'import os; print(os.path.dirname(os.__file__))')"
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/medfacts /srv/medfacts
WORKDIR /srv/medfacts
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    MEDFACTS_PORT=8000
# A number, so that an orchestrator can tell that it is not root.
USER 10001:10001
EXPOSE 8000
# Liveness, not readiness: what restarts an unhealthy container cannot mend its database.
# http.client, not urllib: a proxy named in the environment is not asked the way to 127.0.0.1.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import http.client, os, sys; api = http.client.HTTPConnection('127.0.0.1', int(os.environ['MEDFACTS_PORT']), timeout=2); api.request('GET', '/health/live'); sys.exit(api.getresponse().status != 200)"]
CMD ["medfacts", "serve", "--host", "0.0.0.0"]
