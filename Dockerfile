# Three images: `app`, the server of examples/production with this package as npm
# installs it; `load`, clients; `catcher`, which takes notifications.
#   docker build --target app .
ARG NODE_IMAGE=node:24.21.0-alpine

FROM ${NODE_IMAGE} AS package
WORKDIR /package
COPY .npmrc package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY LICENSE README.md tsconfig.json tsconfig.build.json ./
COPY src src
RUN npm pack

FROM ${NODE_IMAGE} AS app-packages
WORKDIR /app
COPY .npmrc examples/production/package.json examples/production/package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund
COPY --from=package /package/*.tgz ./
# Its peers are there: nothing else comes with it. It fails if they do not suit.
RUN npm install --no-save --omit=dev --ignore-scripts --no-audit --no-fund \
    ./*.tgz && rm ./*.tgz

FROM ${NODE_IMAGE} AS catcher-packages
WORKDIR /app
COPY .npmrc stack/catcher/package.json stack/catcher/package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

# Nothing in an image belongs to its user: the file system can be read-only.
FROM ${NODE_IMAGE} AS runtime
ENV NODE_ENV=production
WORKDIR /app
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --start-interval=1s \
    CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]

FROM runtime AS app
COPY --from=app-packages /app ./
COPY examples/production ./
ENV HOST=0.0.0.0 PORT=8080
ENV OTEL_EXPORTER_PROMETHEUS_HOST=0.0.0.0
EXPOSE 8080 9464
USER 1000:1000
CMD ["node", "--import", "opentelemetry-instrumentation-sse/register", "server.js"]

FROM runtime AS load
COPY examples/quick-start/load ./
USER 1000:1000
# It listens nowhere: it is well while it has an open connection (state 01).
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --start-interval=1s \
    CMD ["grep", "-q", "-s", " 01 ", "/proc/net/tcp", "/proc/net/tcp6"]
CMD ["node", "main.mjs"]

FROM runtime AS catcher
COPY --from=catcher-packages /app ./
COPY stack/catcher ./
ENV HOST=0.0.0.0 PORT=8025 SMTP_PORT=1025
EXPOSE 8025 1025
USER 1000:1000
CMD ["node", "server.mjs"]
