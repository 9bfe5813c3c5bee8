# Two stages: the first builds with the project's own commands; the second has the program, its site, and the libraries
# that a Rust program needs. It has no shell and does not run as root.

FROM node:22.12.0-bookworm-slim AS node

FROM rust:1.95.0-bookworm AS build
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
# The toolchain of this image, whatever rust-toolchain.toml asks for.
ENV RUSTUP_TOOLCHAIN=1.95.0
# Node runs the optimiser of the WebAssembly, and is not in the final image.
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules/npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
WORKDIR /build

# The tools come before the source, so that they stay cached while the source changes.
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

# Debian 12 without its programs. The tag moves on with security fixes.
FROM gcr.io/distroless/cc-debian12:nonroot
LABEL org.opencontainers.image.title="Pizza Market" \
      org.opencontainers.image.description="A real-time pizza marketplace: suppliers, customers and dispatch on one live board" \
      org.opencontainers.image.licenses="MIT"
WORKDIR /app
COPY --from=build /image/pizza-market /image/hash.txt ./
COPY --from=build /image/site ./site
# The folder of the embedded store. A named volume inherits its owner.
COPY --from=build --chown=65532:65532 /image/data /data
# Others reach the server, so they sign in: it needs SITE_ORIGIN and AUTH_SECRET.
ENV LEPTOS_SITE_ADDR=0.0.0.0:8000 \
    AUTH=required \
    DATA_DIR=/data
VOLUME /data
EXPOSE 8000
USER 65532:65532
STOPSIGNAL SIGTERM
# Liveness alone: a restart does not help an unavailable store.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --start-interval=1s \
    CMD ["/app/pizza-market", "health", "--live"]
ENTRYPOINT ["/app/pizza-market"]
CMD ["serve"]
