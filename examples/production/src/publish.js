// POST /events, for who may: other services publish into Redis or Postgres themselves.
import express, { Router } from 'express';
import { z } from 'zod';

const Body = z.object({
  type: z.string().regex(/^[\w.-]{1,64}$/),
  data: z.json(),
});

/** @param {{ publish: (type: string, data: string) => Promise<string> }} feed */
export function createPublishing({ publish }) {
  const router = Router();
  router.use(express.json({ limit: '256kb' }));
  router.post('/', async (request, response) => {
    if (!response.locals['reader'].canPublish) {
      response.status(403).json({ error: 'this token may not publish' });
      return;
    }
    const { success, data } = Body.safeParse(request.body);
    if (!success) {
      const error = 'send {"type": "…", "data": …}, the type of [A-Za-z0-9_.-]';
      response.status(400).json({ error });
      return;
    }
    const id = await publish(data.type, JSON.stringify(data.data));
    response.status(202).json({ id });
  });
  return router;
}
