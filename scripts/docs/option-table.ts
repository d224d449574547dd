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

/** A variable, as tables of options show it. */
interface OptionVariable {
  readonly name: string;
  readonly option: string;
  readonly values: string;
  readonly standard: string;
}

/** Every option of ours: variable, option in code, values, default. */
export function renderOptionsTable(): string {
  const heads = ['Variable', 'Option in code', 'Values', 'Default'];
  return renderOptions(heads, VARIABLES, IN_CODE, {
    clientMetrics: '`enabled` of `SseClientInstrumentation`',
  });
}

/**
 * Renders a table of options.
 *
 * @param inCode - what an option that only code can give is, by its name.
 * @param inUse - what a variable is in code, where that is no option of its name.
 */
export function renderOptions(
  heads: readonly string[],
  variables: readonly OptionVariable[],
  inCode: Readonly<Record<string, string>>,
  inUse: Readonly<Record<string, string>>,
): string {
  const fromVariables = variables.map(({ name, option, values, standard }) => [
    code(name),
    inUse[option] ?? code(option),
    values,
    standard,
  ]);
  const fromCode = Object.entries(inCode).map(([option, meaning]) => [
    '',
    code(option),
    meaning,
    '',
  ]);
  return table(heads, [...fromVariables, ...fromCode]);
}
