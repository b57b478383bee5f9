# Two images of the same server; neither has a shell or runs as root:
#   docker build -t snug .                    from source, as `deno task start` runs it
#   docker build -t snug --target binary .    the single executable

FROM denoland/deno:2.9.6 AS build
ENV DENO_DIR=/deno-dir DENO_NO_UPDATE_CHECK=1
WORKDIR /app
# Packages, by the lock and without those that only tests use: a layer that changes with these alone.
COPY deno.json deno.lock ./
COPY static/deno.json static/
RUN deno remove @redocly/openapi-core @types/ws ajv axe-core fast-check playwright-core wasmoon yaml && deno install --frozen
COPY main.ts ./
COPY src src
COPY static static
# Compiles what is compiled at the first start, and shows that nothing is left to be fetched.
RUN deno cache --frozen main.ts src/store/sqlite_worker.ts src/routes/brotli_worker.ts && deno run --cached-only --frozen --allow-env main.ts --version
RUN mkdir /data

FROM build AS compile
COPY tools/compile.ts tools/
RUN deno run -A tools/compile.ts

FROM gcr.io/distroless/cc-debian12:nonroot AS binary
LABEL org.opencontainers.image.title="Snug" org.opencontainers.image.description="A chat server that fits in one file" org.opencontainers.image.licenses="MIT"
COPY --from=compile /app/snug /usr/local/bin/snug
COPY --from=build --chown=65532:65532 /data /data
ENV HOST=0.0.0.0 PORT=8000 TRANSPORT=ws STORE_URL=sqlite:/data/snug.db
USER 65532:65532
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=10s CMD ["/usr/local/bin/snug", "health"]
ENTRYPOINT ["/usr/local/bin/snug"]

FROM denoland/deno:distroless-2.9.6 AS server
LABEL org.opencontainers.image.title="Snug" org.opencontainers.image.description="A chat server that fits in one file" org.opencontainers.image.licenses="MIT"
COPY --from=build /deno-dir /deno-dir
COPY --from=build /app /app
COPY --from=build --chown=65532:65532 /data /data
ENV DENO_DIR=/deno-dir DENO_NO_UPDATE_CHECK=1
ENV HOST=0.0.0.0 PORT=8000 TRANSPORT=ws STORE_URL=sqlite:/data/snug.db
USER 65532:65532
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=10s CMD ["deno", "run", "--cached-only", "--frozen", "--allow-net", "--allow-env", "--allow-read", "/app/main.ts", "health"]
# deno itself, so that it gets the signals.
ENTRYPOINT ["deno", "run", "--cached-only", "--frozen", "--allow-net", "--allow-env", "--allow-read", "--allow-write=/data", "--deny-import", "--v8-flags=--max-semi-space-size=8", "/app/main.ts"]
CMD ["serve"]
