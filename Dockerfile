# Build:  docker build -t articlebot .
# Run:    docker run -p 8000:8000 -v articlebot:/data articlebot
# The digest is what is built on; the tag says what it was when it was chosen.
ARG PYTHON=python:3.11.16-slim@sha256:9c900dea9e8fb7e16277c179b555cc72d29a352dbc33cff48ad5a0412fd5bfc7

FROM ${PYTHON} AS base
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
# Dependency groups need pip 25.1.
RUN pip install --quiet "pip>=25.1"
WORKDIR /src
COPY pyproject.toml constraints.txt ./

# The default model, exported to ONNX. Only this stage has sentence-transformers and torch, in its
# build without GPU packages; nothing of it but the export is kept.
FROM base AS model
RUN pip install --no-deps --constraint constraints.txt \
    --index-url https://download.pytorch.org/whl/cpu torch
RUN pip install --constraint constraints.txt --group exporting --group serving
COPY index index
RUN ARTICLEBOT_CACHE=/cache python -m index.models.export

FROM base
RUN pip install --constraint constraints.txt --group serving \
    pgvector "psycopg[binary]" psycopg-pool
COPY README.md LICENSE ./
COPY index index
COPY bot bot
RUN pip install --no-deps .
RUN useradd --uid 10001 --no-create-home --home-dir /data articlebot \
    && install -d -o articlebot -g articlebot /data
COPY --from=model /cache /cache

WORKDIR /data
# Which port is published decides who reaches it; ARTICLEBOT_API_KEYS decides who is let in.
ENV ARTICLEBOT_CACHE=/cache ARTICLEBOT_DATA=/data ARTICLEBOT_OPEN=true
USER articlebot
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "from urllib.request import ProxyHandler, build_opener; \
build_opener(ProxyHandler({})).open('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["articlebot"]
# Slack joins when SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET are set.
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
