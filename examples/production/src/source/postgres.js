// Postgres: NOTIFY says that there is something new, a table keeps the last events.
import pg from 'pg';

const CHANNEL = 'sse_events';
const PAGE = 1000;
/** Any number that no other program of the database locks. */
const LOCK = 7_355_608;

const SCHEMA = `
SELECT pg_advisory_xact_lock(${LOCK});
CREATE TABLE IF NOT EXISTS sse_events (
  id bigserial PRIMARY KEY, type text NOT NULL, data text NOT NULL
)`;

/**
 * NOTIFY carries 8,000 bytes at most, so it carries none. The lock makes events
 * visible in the order of their ids.
 */
const PUBLISH = `
WITH locked AS MATERIALIZED (SELECT pg_advisory_xact_lock(${LOCK}) AS done),
added AS (
  INSERT INTO sse_events (type, data)
  SELECT $1, $2 FROM locked WHERE done IS NOT NULL RETURNING id
),
trimmed AS (
  DELETE FROM sse_events WHERE id <= (SELECT id FROM added) - $3::bigint
)
SELECT id, pg_notify('${CHANNEL}', '') FROM added`;

/**
 * @param {string} url
 * @param {number} keptEvents
 * @returns {import('./index.js').Source}
 */
export function createPostgresSource(url, keptEvents) {
  return {
    name: 'postgres',
    isShared: true,
    async open({ onEvent, onStart, after, signal, pace }) {
      const client = new pg.Client({ connectionString: url });
      const ended = new Promise((resolve) => {
        client.on('error', resolve);
        client.on('end', () => resolve(new Error('the database hung up')));
        signal.addEventListener('abort', () => resolve(undefined));
      });
      signal.addEventListener('abort', () => end(client));

      await client.connect();
      await client.query(SCHEMA);
      await client.query(`LISTEN ${CHANNEL}`);
      const start = await findStart(client, keptEvents);
      onStart(`${start}-0`);
      const last = after?.split('-')[0] ?? start;
      const reader = createReader(client, { onEvent, last, pace });
      const failed = new Promise((resolve) => {
        client.on('notification', () => reader.read().catch(resolve));
      });
      await reader.read();
      return {
        ended: Promise.race([ended, failed]).finally(() => end(client)),
        async publish(type, data) {
          const { rows } = await client.query(PUBLISH, [
            type,
            data,
            keptEvents,
          ]);
          return `${rows[0].id}-0`;
        },
      };
    },
  };
}

/** Reads what came since it last read, one reading at a time. */
function createReader(client, { onEvent, last, pace }) {
  let reading = Promise.resolve();

  async function readAll() {
    for (;;) {
      await pace();
      const { rows } = await client.query(
        'SELECT id, type, data FROM sse_events WHERE id > $1 ORDER BY id LIMIT $2',
        [last, PAGE],
      );
      for (const { id, type, data } of rows) {
        onEvent({ id: `${id}-0`, type, data });
        last = id;
      }
      if (rows.length < PAGE) return;
    }
  }

  return {
    read() {
      reading = reading.then(readAll);
      return reading;
    },
  };
}

/** @returns the id before the events that are kept. */
async function findStart(client, keptEvents) {
  const { rows } = await client.query(
    'SELECT greatest(coalesce(max(id), 0) - $1::bigint, 0) AS start FROM sse_events',
    [keptEvents],
  );
  return rows[0].start;
}

function end(client) {
  client.end().catch(() => undefined);
}
