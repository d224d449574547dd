import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** An alert as Prometheus reads it. */
export interface Alert {
  /** The file of rules, which names its tests, too. */
  readonly file: string;
  readonly name: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

const FOLDER = new URL('../../prometheus/rules/', import.meta.url);

/**
 * The files that hold alerts, in the order in which they are read: is it there, how
 * full is it, does it deliver, what runs out, and advice.
 */
export const ALERT_FILES = [
  'alerts-instances.yaml',
  'alerts-connections.yaml',
  'alerts-closes.yaml',
  'alerts-objectives.yaml',
  'alerts-saturation.yaml',
  'alerts-consumers.yaml',
  'alerts-delivery.yaml',
  'alerts-losses.yaml',
  'alerts-clients.yaml',
  'alerts-probes.yaml',
  'alerts-memory.yaml',
  'alerts-leaks.yaml',
  'alerts-pipeline.yaml',
  'alerts-info.yaml',
] as const;

/** Every alert of {@link ALERT_FILES}. */
export function readAlerts(): Alert[] {
  return ALERT_FILES.flatMap((file) => {
    const text = readFileSync(new URL(file, FOLDER), 'utf8');
    const { groups } = parse(text) as {
      groups: { rules: (Omit<Alert, 'file' | 'name'> & { alert: string })[] }[];
    };
    const rules = groups.flatMap((group) => group.rules);
    return rules.map(({ alert, expr, labels, annotations }) => ({
      file,
      name: alert,
      expr,
      labels,
      annotations,
    }));
  });
}

/** Tells alerts of one name apart: `critical`, or `critical 1h` for its window. */
export function describeSeverity(
  labels: Readonly<Record<string, string>>,
): string {
  return [labels['severity'], labels['window']].filter(Boolean).join(' ');
}
