/** Tables of who has it worst, and the time line of alerts. */
import {
  TableCellBackgroundDisplayMode,
  TableCellDisplayMode,
  TableCellHeight,
  type TableCellOptions,
  TableSortByFieldStateBuilder,
  VisibilityMode,
  VizLegendOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  type DynamicConfigValue,
  FieldColorBuilder,
  FieldColorModeId,
  MappingType,
  type Panel,
  type ValueMappingResult,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as TimelineBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';

import { type DashboardName, toUrl } from './names.ts';
import {
  applyBasics,
  buildTarget,
  buildThresholds,
  overrideThresholds,
  type PanelBasics,
  type Target,
} from './panel-basics.ts';
import type { Limits } from './thresholds.ts';

/** One figure of each row. */
interface Column {
  readonly title: string;
  /** Its series have the labels of the table's rows, no others. */
  readonly expression: string;
  readonly unit: string;
  readonly limits?: Limits;
}

/** What a table shows. */
export interface TableOptions extends PanelBasics {
  /** Labels that tell the rows apart, and their titles. */
  readonly rows: Readonly<Record<string, string>>;
  /** The label that is chosen by a click, beside the job. */
  readonly opens: { readonly label: string; readonly variable: string };
  readonly details: DashboardName;
  readonly columns: readonly Column[];
  /** Title of the column whose largest figure comes first. */
  readonly worstFirst: string;
}

/** A row for each route, instance or the like, the worst first. */
export function createTable(options: TableOptions): Panel {
  const { columns, rows } = options;
  const targets = columns.map(({ expression, title }, index) =>
    buildTarget({ expression, legend: title }, index)
      .format(PromQueryFormat.Table)
      .instant(),
  );
  const builder = new TableBuilder()
    .targets(targets)
    .cellHeight(TableCellHeight.Sm)
    .filterable(true)
    .thresholds(buildThresholds(undefined))
    .sortBy([
      new TableSortByFieldStateBuilder()
        .displayName(options.worstFirst)
        .desc(true),
    ])
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: { Time: true },
        indexByName: indexNames([...Object.keys(rows), ...nameValues(columns)]),
        renameByName: { ...rows, ...renameValues(columns) },
      },
    });
  builder.overrideByName(rows[options.opens.label] ?? '', [linkRow(options)]);
  for (const column of columns) {
    builder.overrideByName(column.title, describeColumn(column));
  }
  return applyBasics(builder, options).build();
}

/** What a time line shows. */
export interface TimelineOptions extends PanelBasics {
  readonly targets: readonly Target[];
  /** What each value means, and its colour. */
  readonly states: Readonly<Record<string, ValueMappingResult>>;
}

/** When something was in which state. */
export function createTimeline(options: TimelineOptions): Panel {
  const builder = new TimelineBuilder()
    .targets(options.targets.map(buildTarget))
    .mergeValues(true)
    .showValue(VisibilityMode.Never)
    .fillOpacity(80)
    .lineWidth(0)
    .legend(new VizLegendOptionsBuilder().showLegend(false))
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .thresholds(buildThresholds(undefined))
    .mappings([{ type: MappingType.ValueToText, options: options.states }]);
  return applyBasics(builder, options).build();
}

function linkRow({ opens, details }: TableOptions): DynamicConfigValue {
  const choices = `var-datasource=\${datasource}&var-job=\${__data.fields.Job:percentencode}&var-${opens.variable}=\${__value.raw:percentencode}`;
  const title = `This ${opens.variable} alone: ${details}`;
  return {
    id: 'links',
    value: [
      { title, url: `${toUrl(details)}?\${__url_time_range}&${choices}` },
    ],
  };
}

function describeColumn({ unit, limits }: Column): DynamicConfigValue[] {
  const described = [{ id: 'unit', value: unit }];
  if (limits === undefined) return described;
  const cell: TableCellOptions = {
    type: TableCellDisplayMode.ColorBackground,
    mode: TableCellBackgroundDisplayMode.Basic,
  };
  return [
    ...described,
    overrideThresholds(limits),
    { id: 'custom.cellOptions', value: cell },
  ];
}

// A table's values are named after their query: Value #A, Value #B.
function nameValues(columns: readonly Column[]): string[] {
  return columns.map(
    (_, index) => `Value #${String.fromCharCode('A'.charCodeAt(0) + index)}`,
  );
}

function renameValues(columns: readonly Column[]): Record<string, string> {
  const names = nameValues(columns);
  return Object.fromEntries(
    columns.map(({ title }, index) => [names[index] ?? '', title]),
  );
}

function indexNames(names: readonly string[]): Record<string, number> {
  return Object.fromEntries(names.map((name, index) => [name, index]));
}
