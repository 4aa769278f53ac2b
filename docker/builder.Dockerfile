# Builds the service where the machine itself cannot build for linux/amd64. `scripts/microservice build` calls it there, or
# with --in-container: it lays out what cargo needs in two folders, takes the program out of the image, and keeps the image,
# because that makes the next build short. Any base with cargo and a linker will do; its C library, be it glibc or musl,
# becomes part of the program.
ARG BASE=rust:1.95-slim-bookworm
FROM $BASE
ARG PACKAGE
ENV CARGO_TARGET_DIR=/target
WORKDIR /build

# The dependencies, which seldom change: a service that does nothing stands in for the sources.
COPY workspace .
RUN cargo rustc --release --locked --package "$PACKAGE" --bin service -- -C target-feature=+crt-static

# The sources. Cargo goes by the times of files, which say nothing here, so it forgets the other service first.
COPY sources .
RUN cargo clean --release --package "$PACKAGE" \
    && cargo rustc --release --locked --package "$PACKAGE" --bin service -- -C target-feature=+crt-static \
    && mv /target/release/service /service
