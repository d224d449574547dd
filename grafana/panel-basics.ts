/** What all kinds of panels have in common. */
import {
  DashboardLinkBuilder,
  type DynamicConfigValue,
  FieldColorModeId,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { PanelBuilder as HeatmapBuilder } from '@grafana/grafana-foundation-sdk/heatmap';
import {
  DataqueryBuilder,
  PromQueryFormat,
} from '@grafana/grafana-foundation-sdk/prometheus';
import type { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import type { PanelBuilder as TimelineBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import type { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import type { PanelBuilder as GraphBuilder } from '@grafana/grafana-foundation-sdk/timeseries';

import { LABELS, PER_INSTANCE, showLabels } from './labels.ts';
import { type DashboardName, toUrl } from './names.ts';
import { type Limits, toSteps } from './thresholds.ts';
import { DATASOURCE } from './variables.ts';

/** What every panel says of itself. */
export interface PanelBasics {
  readonly title: string;
  /** The question that it answers. */
  readonly asks: string;
  /** A unit of Grafana's: `s`, `bytes`, `percentunit`, `short`, … */
  readonly unit: string;
  readonly limits?: Limits;
  readonly decimals?: number;
  /** Columns of the grid's 24; without it, the row is divided evenly. */
  readonly width?: number;
  /** What is said when there is no series, and why that is so. */
  readonly whenEmpty?: string;
  /** The dashboard with the details. */
  readonly details?: DashboardName;
}

/** One query of a panel. */
export interface Target {
  readonly expression: string;
  readonly legend: string;
  /** Of a figure that is judged otherwise than the others of its panel. */
  readonly limits?: Limits;
  readonly isHeatmap?: boolean;
}

/** The query as Grafana has it; the first is A. */
export function buildTarget(target: Target, index: number): DataqueryBuilder {
  const builder = new DataqueryBuilder()
    .datasource(DATASOURCE)
    .expr(target.expression)
    .legendFormat(target.legend)
    .refId(String.fromCharCode('A'.charCodeAt(0) + index))
    .range();
  return target.isHeatmap ? builder.format(PromQueryFormat.Heatmap) : builder;
}

/** Steps as Grafana has them. */
export function buildThresholds(
  limits: Limits | undefined,
): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps(toSteps(limits));
}

/** An override that gives a series its colour. */
export function fixColor(color: string): DynamicConfigValue {
  const value = { mode: FieldColorModeId.Fixed, fixedColor: color };
  return { id: 'color', value };
}

/** An override that gives a figure or a column its own limits. */
export function overrideThresholds(limits: Limits): DynamicConfigValue {
  const value = { mode: ThresholdsMode.Absolute, steps: toSteps(limits) };
  return { id: 'thresholds', value };
}

/** A link to another dashboard, of the same time and choices. */
export function linkDetails(name: DashboardName): DashboardLinkBuilder {
  return new DashboardLinkBuilder(`Details: ${name}`).url(
    `${toUrl(name)}?\${__url_time_range}&\${__all_variables}`,
  );
}

/** Title, question, unit and link. */
export function applyBasics<
  Builder extends
    | StatBuilder
    | GraphBuilder
    | HeatmapBuilder
    | TableBuilder
    | TimelineBuilder,
>(builder: Builder, options: PanelBasics): Builder {
  builder
    .title(options.title)
    .description(options.asks)
    .unit(options.unit)
    .datasource(DATASOURCE)
    .noValue(options.whenEmpty ?? 'no data');
  if (options.decimals !== undefined) builder.decimals(options.decimals);
  if (options.width !== undefined) builder.span(options.width);
  if (options.details !== undefined) {
    builder.links([linkDetails(options.details)]);
  }
  return builder;
}

/** One line, figure or column. */
export function plot(expression: string, legend: string): Target {
  return { expression, legend };
}

/** One line for each value of the labels. */
export function plotEach(
  divideBy: (by: readonly string[]) => string,
  ...labels: readonly string[]
): Target {
  return plot(divideBy(labels), showLabels(...labels));
}

/** One line for each instance: of different jobs they may share a name. */
export function plotInstances(
  divideBy: (by: readonly string[]) => string,
): Target {
  return plot(divideBy(PER_INSTANCE), showLabels(LABELS.instance));
}
