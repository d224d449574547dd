/** The kinds of panels, each with the settings that ours have in common. */
import {
  BigValueColorMode,
  BigValueGraphMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  FieldColorBuilder,
  FieldColorModeId,
  type Panel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import {
  PanelBuilder as HeatmapBuilder,
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  HeatmapTooltipBuilder,
  YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as GraphBuilder } from '@grafana/grafana-foundation-sdk/timeseries';

import {
  applyBasics,
  buildTarget,
  buildThresholds,
  fixColor,
  linkDetails,
  overrideThresholds,
  type PanelBasics,
  type Target,
} from './panel-basics.ts';

/** What a figure shows. */
export interface StatOptions extends PanelBasics {
  readonly targets: readonly Target[];
}

/**
 * One figure, or a few, of now. Instant: the last value of a range would go on
 * being shown when nothing reports any more.
 */
export function createStat(options: StatOptions): Panel {
  const builder = new StatBuilder()
    .colorMode(
      options.limits ? BigValueColorMode.Background : BigValueColorMode.Value,
    )
    .graphMode(BigValueGraphMode.None)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .thresholds(buildThresholds(options.limits))
    .targets(
      options.targets.map((target, index) =>
        buildTarget(target, index).instant(),
      ),
    );
  // The figure itself is what one clicks on.
  if (options.details) builder.dataLinks([linkDetails(options.details)]);
  for (const { legend, limits } of options.targets) {
    if (limits) builder.overrideByName(legend, [overrideThresholds(limits)]);
  }
  return applyBasics(builder, options).build();
}

/** What a graph shows. */
export interface GraphOptions extends PanelBasics {
  readonly targets: readonly Target[];
  /** Areas on each other: for parts of a whole. */
  readonly isStacked?: boolean;
  /** What is kept of each legend: a pattern with one group. */
  readonly keepOfLegend?: string;
  /** Colours of series, by their legend. */
  readonly colors?: Readonly<Record<string, string>>;
}

/** Lines over time, with limits as dashed lines. */
export function createGraph(options: GraphOptions): Panel {
  const isStacked = options.isStacked ?? false;
  const builder = new GraphBuilder()
    .lineWidth(1)
    .fillOpacity(isStacked ? 40 : 8)
    .showPoints(VisibilityMode.Auto)
    .axisSoftMin(0)
    .stacking(
      new StackingConfigBuilder().mode(
        isStacked ? StackingMode.Normal : StackingMode.None,
      ),
    )
    .colorScheme(
      new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName),
    )
    .thresholds(buildThresholds(options.limits))
    .thresholdsStyle(
      new GraphThresholdsStyleConfigBuilder().mode(
        options.limits
          ? GraphThresholdsStyleMode.Dashed
          : GraphThresholdsStyleMode.Off,
      ),
    )
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(
      new VizTooltipOptionsBuilder()
        .mode(TooltipDisplayMode.Multi)
        .sort(SortOrder.Descending),
    )
    .targets(options.targets.map(buildTarget));
  for (const [series, color] of Object.entries(options.colors ?? {})) {
    builder.overrideByName(series, [fixColor(color)]);
  }
  if (options.keepOfLegend !== undefined) {
    const regex = options.keepOfLegend;
    builder.withTransformation({
      id: 'renameByRegex',
      options: { regex, renamePattern: '$1' },
    });
  }
  return applyBasics(builder, options).build();
}

/** What a heat map shows. */
export interface HeatmapOptions extends PanelBasics {
  /** Increase of a histogram's buckets by `le`. */
  readonly expression: string;
}

/** How a histogram's values are distributed over time. */
export function createHeatmap(options: HeatmapOptions): Panel {
  const target = { expression: options.expression, legend: '{{le}}' };
  const builder = new HeatmapBuilder()
    .calculate(false)
    .color(
      new HeatmapColorOptionsBuilder()
        .mode(HeatmapColorMode.Scheme)
        .scheme('Oranges')
        .steps(64),
    )
    .yAxis(new YAxisConfigBuilder().unit(options.unit))
    .tooltip(
      new HeatmapTooltipBuilder()
        .mode(TooltipDisplayMode.Single)
        .yHistogram(true),
    )
    .targets([buildTarget({ ...target, isHeatmap: true }, 0)]);
  return applyBasics(builder, options).build();
}
