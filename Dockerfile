# Vitae in a container.
#
#   docker build -t vitae .
#   docker run --rm -p 8080:8080 vitae                                     a development server on http://localhost:8080
#   docker run -v vitae:/data -v ./vitae.toml:/etc/vitae.toml:ro -p 8080:8080 \
#     -e VITAE_LISTEN=0.0.0.0:8080 -e VITAE_DATA=/data vitae serve --config /etc/vitae.toml
#
# A container's own network is not this machine, so `serve` needs an https `public_url` or `insecure_http = true`.

FROM rust:1.95-slim-trixie AS build
# The embedded SQLite is compiled from C.
RUN apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
# No cache mounts: builders without BuildKit take this too.
RUN cargo build --locked --release --package server

FROM debian:trixie-slim
RUN apt-get update && apt-get install --yes --no-install-recommends curl && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin vitae \
    && install --directory --owner vitae --mode 0700 /data
COPY --from=build /src/target/release/vitae /usr/local/bin/vitae
USER vitae
WORKDIR /data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["curl", "--fail", "--silent", "--output", "/dev/null", "http://127.0.0.1:8080/readyz"]
ENTRYPOINT ["vitae"]
CMD ["dev", "--host", "0.0.0.0", "--data", "/data/dev"]
