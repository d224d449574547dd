import { VARIABLES } from '../../src/register/variables.ts';
import type { SseInstrumentationConfig } from '../../src/types.ts';
import { table } from './markdown.ts';
import { code } from './metric-tables.ts';

/** Options that only code can give. */
const IN_CODE: Record<string, string> = {
  enabled: 'whether it is on from the start; `true`',
  route: '`(request) => string`: the route template of a request',
  clientAddress: '`(request) => string`: who is behind a request',
  ignoreRequestHook: '`(request) => boolean`: true leaves a request out',
  attributesHook:
    '`(request) => ({ name: value })`: further attributes of its metrics; at most 5 names, 20 values each',
  onClose: '`(summary, request) => void`: told of each stream that closed',
} satisfies Partial<Record<keyof SseInstrumentationConfig, string>>;

/** Every option of ours: variable, option in code, values, default. */
export function renderOptionsTable(): string {
  const fromVariables = VARIABLES.map((variable) => [
    code(variable.name),
    variable.option === 'clientMetrics'
      ? '`enabled` of `SseClientInstrumentation`'
      : code(variable.option),
    variable.values,
    variable.standard,
  ]);
  const fromCode = Object.entries(IN_CODE).map(([option, meaning]) => [
    '',
    code(option),
    meaning,
    '',
  ]);
  return table(
    ['Variable', 'Option in code', 'Values', 'Default'],
    [...fromVariables, ...fromCode],
  );
}
