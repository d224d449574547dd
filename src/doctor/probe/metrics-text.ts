import { PROBE_METRICS, type ProbeMetricDefinition } from '../../semconv.ts';
import type { Finding } from '../findings/check.ts';
import { type Observation, PHASES } from '../observation.ts';

/** A value, its labels beside `target` and `module`. */
interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number | undefined;
}

/** What a probe found, before it is written. */
export interface ProbeResult {
  readonly isSuccess: boolean;
  readonly observation: Observation;
  readonly findings: readonly Finding[];
}

/** A probe's gauges as Prometheus reads them; what is not known is not there. */
export function writeMetrics(
  { isSuccess, observation, findings }: ProbeResult,
  labels: { readonly target: string; readonly module: string },
): string {
  const { head, stream, resume, connection, timings } = observation;
  const gauges: [ProbeMetricDefinition, Sample[]][] = [
    [PROBE_METRICS.success, one(Number(isSuccess))],
    [
      PROBE_METRICS.duration,
      PHASES.map((phase) => ({
        labels: { phase },
        value: toSeconds(timings[phase]),
      })),
    ],
    [PROBE_METRICS.eventInterval, one(toSeconds(stream?.intervalMs))],
    [PROBE_METRICS.heartbeat, one(toSeconds(stream?.heartbeatMs))],
    [PROBE_METRICS.bufferingRatio, one(stream?.buffering.ratio)],
    [PROBE_METRICS.resumeOk, one(resume && Number(resume.outcome === 'next'))],
    [PROBE_METRICS.httpVersion, one(head && Number(head.version))],
    [PROBE_METRICS.certificateExpiry, one(toSeconds(connection?.tls?.validTo))],
    [
      PROBE_METRICS.findings,
      (['error', 'warning', 'note'] as const).map((severity) => ({
        labels: { severity },
        value: findings.filter((finding) => finding.severity === severity)
          .length,
      })),
    ],
  ];
  return gauges
    .map(([gauge, samples]) => writeGauge(gauge, samples, labels))
    .join('');
}

function one(value: number | undefined): Sample[] {
  return [{ value }];
}

function toSeconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}

function writeGauge(
  { name, description }: ProbeMetricDefinition,
  samples: readonly Sample[],
  common: Readonly<Record<string, string>>,
): string {
  const known = samples.filter(({ value }) => Number.isFinite(value));
  if (known.length === 0) return '';
  const lines = known.map(({ labels, value }) => {
    const all = Object.entries({ ...common, ...labels });
    const text = all.map(([key, label]) => `${key}="${escapeLabel(label)}"`);
    return `${name}{${text.join(',')}} ${value}\n`;
  });
  return `# HELP ${name} ${description}\n# TYPE ${name} gauge\n${lines.join('')}`;
}

function escapeLabel(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n');
}
