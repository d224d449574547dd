/** Options of `SseClientInstrumentation`. Every one has a default. */
export interface SseClientInstrumentationConfig {
  /**
   * Whether the instrumentation is switched on when it is created.
   * @defaultValue true
   */
  enabled?: boolean;
  /**
   * The event types to tell apart; every other one is `_OTHER`. Give it when
   * sums by type over several clients must be exact.
   * @defaultValue the first 20 seen
   */
  eventTypes?: readonly string[];
  /**
   * The template of a URL's path, such as `/users/:id/events`: give the server's
   * `http.route`, so that both ends can be compared. `undefined` leaves the
   * choice to us. It may throw; nobody notices.
   * @defaultValue the path, with `:id` for what looks like one
   */
  urlTemplate?: (url: URL) => string | undefined;
  /**
   * When the server sent an event, in milliseconds since 1970 by its clock.
   * It may throw; nobody notices.
   * @defaultValue the field `timestamp` of JSON data, when it is a number
   */
  sentAt?: (event: SseReceivedEvent) => number | undefined;
}

/** An event as a client has it. */
export interface SseReceivedEvent {
  /** `message` when it names none. */
  readonly type: string;
  readonly data: string;
  readonly lastEventId: string;
}
