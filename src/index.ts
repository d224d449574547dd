export { SseInstrumentation } from './instrumentation.ts';
export { reportDropped, reportReplay } from './server/reports.ts';
export type {
  FinalEvents,
  SseConnectionSnapshot,
  SseConnectionSummary,
  SseInstrumentationConfig,
  SseReplay,
  SseResponse,
} from './types.ts';
export { type SseView, sseViews } from './views.ts';
