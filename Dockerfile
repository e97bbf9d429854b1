# FER Web in a container; docs/deploy.md says how to run it, `make image-check` proves that it works.
# BASE is any image with Python 3.10 to 3.13, its venv module, and the certificates that pip needs.
ARG BASE=python:3.12-slim

# REQUIREMENTS=requirements.txt for FER_ENGINE=classic and FER_LANDMARKS=dlib, which need TensorFlow and dlib.
FROM ${BASE} AS build
ARG REQUIREMENTS=requirements-serve.txt
RUN python3 -m venv /opt/venv
COPY ${REQUIREMENTS} /tmp/requirements.txt
RUN /opt/venv/bin/python -m pip install --no-cache-dir --no-compile --disable-pip-version-check --require-hashes -r /tmp/requirements.txt
# What nothing here runs: LiteRT's drivers of graphics cards and phones, other packages' tests, pip itself. Of the complete
# set also TensorFlow's C++ headers and its build tool libclang, and of the landmark package all but the landmarks; above
# all the network that tells who somebody is.
RUN cd /opt/venv/lib/python3*/site-packages \
 && rm -rf ai_edge_litert/tools ai_edge_litert/vendors ai_edge_litert/libLiteRtWebGpuAccelerator.so tensorflow/include \
 && find . -path '*/face_recognition_models/*' -name '*.dat' ! -name shape_predictor_68_face_landmarks.dat -delete \
 && find . -type d -path './numpy/*' -name tests -prune -exec rm -r {} + \
 && /opt/venv/bin/python -m pip uninstall --quiet --yes libclang pip
# Bytecode now, because the program may not be able to write any later; not by date, because copies round dates.
RUN /opt/venv/bin/python -m compileall -q -f --invalidation-mode unchecked-hash /opt/venv/lib
COPY . /app
WORKDIR /app
# And no image with a damaged model.
RUN /opt/venv/bin/python -m compileall -q --invalidation-mode unchecked-hash fer_web app.py \
 && chmod -R u=rwX,go=rX /app \
 && PYTHONDONTWRITEBYTECODE=1 /opt/venv/bin/python -m fer_web models verify

FROM ${BASE}
LABEL org.opencontainers.image.title="FER Web" \
      org.opencontainers.image.description="Reads faces live: where they are, what they express, when they blink."
# Cameras belong to the group video. /data is for what is kept; a volume that is put there inherits its owner.
RUN useradd --uid 10001 --user-group --groups video --no-create-home --home-dir /tmp --shell /usr/sbin/nologin fer \
 && install -d -m 700 -o fer -g fer /data
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
# /tmp and /data are the places that may be written; FER_HOST makes the program refuse to start without FER_TOKEN.
ENV PATH=/opt/venv/bin:$PATH \
    HOME=/tmp \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    FER_DATA_DIR=/data \
    FER_HOST=0.0.0.0
WORKDIR /app
USER fer
EXPOSE 5000
# Asks as this machine does, past any proxy in the environment: slim images have no curl. A FER_PORT of Kubernetes' is none.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 CMD ["python", "-c", \
    "import os, sys; from http.client import HTTPConnection; ports = (os.environ.get(name, '') for name in ('FER_PORT', 'PORT')); c = HTTPConnection('127.0.0.1', int(next(filter(str.isdecimal, ports), 5000)), timeout=4); c.request('GET', '/health/ready'); sys.exit(c.getresponse().status != 200)"]
ENTRYPOINT ["python", "-m", "fer_web"]
CMD ["serve"]
