import type { Finding } from '../findings/check.ts';
import type { Observation } from '../observation.ts';
import { formatCount, wrapText } from '../text.ts';
import { listFacts } from './facts.ts';
import type { Styles } from './styles.ts';

const WIDTH = 80;
const LABEL_WIDTH = 13;

/** The facts of one stream as lines. */
export function writeFacts(observation: Observation, styles: Styles): string {
  const rows = listFacts(observation).flatMap(([name, value]) =>
    writeRow(name, value, styles.dim),
  );
  return [styles.bold(observation.asked.url), ...rows, ''].join('\n');
}

/** Findings and their sum as lines. */
export function writeFindings(
  findings: readonly Finding[],
  styles: Styles,
): string {
  const blocks = findings.map((finding) => writeFinding(finding, styles));
  return [...blocks, writeSum(findings, styles), ''].join('\n');
}

function writeFinding(finding: Finding, styles: Styles): string {
  const { severity, title, evidence, why, change, docs } = finding;
  const color = styles.bySeverity[severity];
  const rows = [
    ['seen', evidence],
    ['why', why],
    ['change', change],
    ['more', docs],
  ].flatMap(([name = '', value = '']) => writeRow(name, value, styles.dim));
  return [`${color(severity)}: ${styles.bold(title)}`, ...rows, ''].join('\n');
}

function writeRow(name: string, value: string, dim: Styles['dim']): string[] {
  const lines = wrapText(value, WIDTH - LABEL_WIDTH);
  return lines.map((line, index) => {
    const label = index === 0 ? `  ${name}` : '';
    return `${dim(label.padEnd(LABEL_WIDTH))}${line}`;
  });
}

function writeSum(findings: readonly Finding[], styles: Styles): string {
  if (findings.length === 0) return styles.good('healthy: nothing found');
  const count = (severity: Finding['severity']) =>
    findings.filter((finding) => finding.severity === severity).length;
  const parts = (['error', 'warning', 'note'] as const).flatMap((severity) => {
    const number = count(severity);
    const text = formatCount(number, severity);
    return number === 0 ? [] : [styles.bySeverity[severity](text)];
  });
  return parts.join(', ');
}
