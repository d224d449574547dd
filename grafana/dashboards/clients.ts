import type { DashboardOptions } from '../dashboard.ts';
import { CLIENT_VARIABLE } from '../variables.ts';
import { connection } from './clients/connection.ts';
import { delivery } from './clients/delivery.ts';
import { details } from './clients/details.ts';
import { figures } from './clients/figures.ts';

/** What browsers and other clients see of it. */
export const clients: DashboardOptions = {
  name: 'clients',
  title: 'SSE / Clients',
  asks: [
    'Do clients have their stream?',
    'Does something between server and client hold events back, or cut streams?',
    'Is the page itself too slow?',
  ],
  shows:
    'Figures of what a person at the other end notices. Connected clients beside the server’s streams, errors, reconnects. The interval of client and server beside each other, delay, losses beside the server’s closes, slow listeners. Folded: events, bytes, durations. *Client job* chooses the pages; *Job* and *Instance* choose the servers that they are compared with.',
  sections: [
    { bands: [figures, ...connection, ...delivery] },
    { title: 'Events, bytes, durations', isCollapsed: true, bands: details },
  ],
  variables: [CLIENT_VARIABLE],
};
