import type { SseGuardOptions } from '../../src/guard/types.ts';
import { GUARD_VARIABLES } from '../../src/register/guard-variables.ts';
import { renderOptions } from './option-table.ts';

/** Options of `createSseGuard` that only code can give, or in another form. */
const IN_CODE: Record<string, string> = {
  match: "`'accept'`, a list of route templates, or `(request) => boolean`",
  refuse: '`(request) => boolean`: true refuses for a reason of your own',
  route: '`(request) => string`: the route template of a request',
  trustProxy: 'as for the metrics; with the flag `OTEL_SSE_TRUST_PROXY`',
  clientAddress: '`(request) => string`: who the client is',
  onPressure:
    '`({ limit, value, max, isOver }) => void`: a limit of the process is passed, or no longer is',
  onRefusal:
    '`({ reason, route, value, max, retrySeconds }, request) => void`: told of each refusal',
} satisfies Partial<Record<keyof SseGuardOptions, string>>;

/** Settings of the zero-code guard that are no options of `createSseGuard`. */
const IN_USE: Record<string, string> = {
  preset: '`...SSE_GUARD_PRESETS.production`',
  drainSeconds: '`guard.drainOnSignal({ seconds })`',
  readinessPath: '`guard.readiness`',
};

/** Every option of the guard: variable, option in code, values, default. */
export function renderGuardTable(): string {
  const heads = ['Variable', 'In code', 'Values', 'Default'];
  return renderOptions(heads, GUARD_VARIABLES, IN_CODE, IN_USE);
}
