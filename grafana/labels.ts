/** Names of labels in Prometheus, from the names of attributes. */
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_ROUTE,
  ATTR_NETWORK_PROTOCOL_VERSION,
  ATTR_SSE_CLIENT_CLOSE_REASON,
  ATTR_SSE_CONNECTION_CLOSE_REASON,
  ATTR_SSE_CONNECTION_RECONNECTED,
  ATTR_SSE_CONNECTION_RESUMED,
  ATTR_SSE_DROP_REASON,
  ATTR_SSE_EVENT_TYPE,
  ATTR_SSE_PROCESS_CPU_MODE,
  ATTR_SSE_PROCESS_EVENT_LOOP_STATE,
  ATTR_SSE_PROTOCOL_ERROR_TYPE,
  ATTR_SSE_REJECTION_REASON,
  ATTR_SSE_RESUME_RESULT,
  ATTR_URL_TEMPLATE,
} from '../src/semconv.ts';

/** Labels that dashboards select by or divide by. */
export const LABELS = {
  job: 'job',
  instance: 'instance',
  route: toLabel(ATTR_HTTP_ROUTE),
  urlTemplate: toLabel(ATTR_URL_TEMPLATE),
  version: toLabel(ATTR_NETWORK_PROTOCOL_VERSION),
  closeReason: toLabel(ATTR_SSE_CONNECTION_CLOSE_REASON),
  clientCloseReason: toLabel(ATTR_SSE_CLIENT_CLOSE_REASON),
  rejectionReason: toLabel(ATTR_SSE_REJECTION_REASON),
  resumed: toLabel(ATTR_SSE_CONNECTION_RESUMED),
  reconnected: toLabel(ATTR_SSE_CONNECTION_RECONNECTED),
  resumeResult: toLabel(ATTR_SSE_RESUME_RESULT),
  errorType: toLabel(ATTR_ERROR_TYPE),
  eventType: toLabel(ATTR_SSE_EVENT_TYPE),
  dropReason: toLabel(ATTR_SSE_DROP_REASON),
  protocolErrorType: toLabel(ATTR_SSE_PROTOCOL_ERROR_TYPE),
  cpuMode: toLabel(ATTR_SSE_PROCESS_CPU_MODE),
  target: 'target',
  module: 'module',
  phase: 'phase',
  severity: 'severity',
  loopState: toLabel(ATTR_SSE_PROCESS_EVENT_LOOP_STATE),
} as const;

/** What tells one process from all others. */
export const PER_INSTANCE: readonly string[] = [LABELS.job, LABELS.instance];

/** A legend that shows the values of labels: `{{instance}}`. */
export function showLabels(...labels: readonly string[]): string {
  return labels.map((label) => `{{${label}}}`).join(' ');
}

function toLabel(attribute: string): string {
  return attribute.replaceAll('.', '_');
}
