/** How a stream is asked for and watched. */
export interface DoctorSettings {
  readonly url: URL;
  readonly method: string;
  /** Beside those that an `EventSource` sends. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Longest time that the stream is watched. */
  readonly seconds: number;
  /** Watched for so long at least: events that come at once say nothing of the rest. */
  readonly leastSeconds: number;
  /** Watching ends when so many events came. */
  readonly events: number;
  /** Watched for as long, whatever comes, to find who cuts idle streams. */
  readonly idleSeconds?: number;
  /** A page's origin: as a browser would ask for it. */
  readonly origin?: string;
  /** Whether the page sends cookies to another origin. */
  readonly isWithCredentials: boolean;
  /** Where the server's metrics are: whether it notices a disconnect. */
  readonly metrics?: URL;
  /** How long it may take to notice. */
  readonly noticeSeconds: number;
  /** Certificates to trust beside the usual ones, as PEM. */
  readonly ca?: string;
  /** Whether a stream is read although its certificate is not trusted. */
  readonly isInsecure: boolean;
  /** Headers later than this are late; a first event ten times later. */
  readonly slowSeconds: number;
  /** The shortest idle time-out of what stands between. */
  readonly proxyTimeoutSeconds: number;
  /** Whether a second stream is opened with `Last-Event-ID`. */
  readonly isResuming: boolean;
  /** Where redirects may lead. @defaultValue anywhere */
  readonly isAllowed?: (url: URL) => boolean;
}

/** What holds where nothing was said. */
export const DEFAULT_SETTINGS = {
  method: 'GET',
  headers: {},
  seconds: 30,
  leastSeconds: 3,
  events: 10,
  isWithCredentials: false,
  noticeSeconds: 5,
  isInsecure: false,
  slowSeconds: 1,
  proxyTimeoutSeconds: 60,
  isResuming: true,
} as const satisfies Partial<DoctorSettings>;
