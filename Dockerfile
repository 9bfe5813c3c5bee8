# syntax=docker/dockerfile:1
# Two stages: the first has what building needs, and calls the project's own commands; the second has the program,
# its site, and what a program in Rust needs to run. Without a shell, without root.

FROM node:22.12.0-bookworm-slim AS node

FROM rust:1.95.0-bookworm AS build
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
# Node is for the optimiser of the browser's program, and never reaches the image.
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules/npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
WORKDIR /build

# The tools, before the source: they stay as they are while the source changes.
COPY setup Cargo.lock ./
COPY end2end/package.json end2end/package-lock.json end2end/
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/root/.npm \
    --mount=type=cache,target=/tools \
    CARGO_TARGET_DIR=/tools ./setup wasm bindgen leptos npm

COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build/target \
    make build \
    && mkdir -p /image/data \
    && cp -r target/release/pizza-market target/release/hash.txt target/site /image/

# Debian 12 without its programs, under the one name that keeps its security fixes.
FROM gcr.io/distroless/cc-debian12:nonroot
LABEL org.opencontainers.image.title="Pizza Market" \
      org.opencontainers.image.description="A real-time pizza marketplace: suppliers, customers and dispatch on one live board" \
      org.opencontainers.image.licenses="MIT"
WORKDIR /app
COPY --from=build /image/pizza-market /image/hash.txt ./
COPY --from=build /image/site ./site
# Where the embedded store lives. A named volume takes over whose folder this is.
COPY --from=build --chown=65532:65532 /image/data /data
ENV LEPTOS_SITE_ADDR=0.0.0.0:8000 \
    DATA_DIR=/data
VOLUME /data
EXPOSE 8000
USER 65532:65532
STOPSIGNAL SIGTERM
# Whether it lives, not whether its store does: to be started anew helps the one, and not the other.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --start-interval=1s \
    CMD ["/app/pizza-market", "health", "--live"]
ENTRYPOINT ["/app/pizza-market"]
CMD ["serve"]
