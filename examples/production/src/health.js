// Two questions: is the process alive, and may it be given new streams?
import { Router } from 'express';

/**
 * @param {{ isReady: () => { isReady: boolean, why?: string } }} state
 */
export function createHealth({ isReady }) {
  const router = Router();
  // A process that drains or has lost its source is alive: no reason to kill it.
  router.get('/health', (_request, response) => {
    response.json({ status: 'ok' });
  });
  router.get('/ready', (_request, response) => {
    const ready = isReady();
    response.status(ready.isReady ? 200 : 503).json(ready);
  });
  return router;
}
