/** Two resources: what one file is to Prometheus, a group is to its operator. */
const HEADER = `# Rendered by npm run render:rules from prometheus/. For the Prometheus operator; the
# labels are those that its ruleSelector asks for.
`;

/** The rules as resources of the Prometheus operator, comments and all. */
export function toPrometheusRules(
  recording: readonly string[],
  alerts: readonly string[],
): string {
  return [
    HEADER + toPrometheusRule('sse-recording', recording),
    toPrometheusRule('sse-alerts', alerts),
  ].join('---\n');
}

function toPrometheusRule(name: string, files: readonly string[]): string {
  const groups = files.map((text) => {
    const [, body] = text.split(/^groups:\n/m);
    if (body === undefined) throw new Error(`${name}: no groups`);
    const lines = body.trimEnd().split('\n');
    return lines.map((line) => (line === '' ? '' : `  ${line}`)).join('\n');
  });
  return `apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: ${name}
  labels:
    app.kubernetes.io/name: opentelemetry-instrumentation-sse
    release: prometheus
spec:
  groups:
${groups.join('\n\n')}
`;
}
