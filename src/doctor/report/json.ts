import type { Comparison } from '../compare/compare.ts';
import type { Finding } from '../findings/check.ts';
import { type Observation, PHASES } from '../observation.ts';
import { cleanText } from '../text.ts';

/** A report as JSON: figures and findings, without payload and without secrets. */
export function writeJson(
  observations: readonly Observation[],
  findings: readonly Finding[],
  exitStatus: number,
  comparison?: Comparison,
): string {
  const report = {
    version: 1,
    exitStatus,
    streams: observations.map(describe),
    ...(comparison && { differences: comparison.rows }),
    findings,
  };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}

function describe(observation: Observation): object {
  const { asked, at, head, stream, connection, timings } = observation;
  const { arrived: _, ids = [], ...figures } = stream ?? {};
  const { hops, failure, resume, disconnect } = observation;
  return {
    url: asked.url,
    method: asked.method,
    at: new Date(at).toISOString(),
    hops,
    failure,
    connection,
    head: head && {
      status: head.status,
      version: head.version,
      headers: Object.fromEntries(
        head.headers.map(([name, value]) => [
          cleanText(name, 80),
          name === 'set-cookie' ? '***' : cleanText(value, 300),
        ]),
      ),
    },
    timings: Object.fromEntries(PHASES.map((phase) => [phase, timings[phase]])),
    stream: stream && { ...figures, ids: new Set(ids).size },
    resume,
    disconnect,
  };
}
