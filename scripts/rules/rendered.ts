import { readdirSync, readFileSync } from 'node:fs';
import { fillRules } from './fill.ts';
import { toPrometheusRules } from './kubernetes.ts';
import { readValues } from './values.ts';

const ROOT = new URL('../../', import.meta.url);
const SOURCES = 'prometheus/alerts';
const RULES = 'prometheus/rules';
const KUBERNETES = 'deploy/kubernetes/prometheus-rule.yaml';

/**
 * Renders the alerts of a profile, by the paths that they have in the repository.
 *
 * @param profile - see {@link readValues}.
 */
export function renderAlerts(profile: string): Map<string, string> {
  const values = readValues(profile);
  const alerts = readdirSync(new URL(SOURCES, ROOT)).map((file) => {
    const header =
      `# Rendered by npm run render:rules from ${SOURCES}/${file} and\n` +
      `# prometheus/values/${profile}.yaml: change those.\n#\n`;
    const text = header + fillRules(read(`${SOURCES}/${file}`), values);
    return [`${RULES}/alerts-${file}`, text] as const;
  });
  return new Map([
    ...alerts,
    [
      KUBERNETES,
      toPrometheusRules(
        readRecordingRules(),
        alerts.map(([, text]) => text),
      ),
    ],
  ]);
}

function readRecordingRules(): string[] {
  return readdirSync(new URL(RULES, ROOT))
    .filter((file) => file.startsWith('recording'))
    .map((file) => read(`${RULES}/${file}`));
}

function read(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8');
}
