import type { Us } from '../machine/index.ts';

/** A request on its way: queued, in flight, or waiting for a controller. */
export interface Call {
  readonly owner: number;
  readonly token: number;
  readonly apiKey: number;
  readonly body: object;
  readonly timeoutUs: Us;
  /** When it was asked for: a queued call expires `timeoutUs` after this. */
  readonly createdAt: Us;
  /** Meant for whoever is the active controller: it survives a disconnect until it expires. */
  readonly toController: boolean;
  /** It does not leave in a higher version, whatever both sides know. */
  readonly versionCap: number;
  /** Set when sent. */
  apiVersion: number;
  correlationId: number;
  /** In flight: when the connection is given up over it. */
  deadline: Us;
}

/** A time that never comes. */
export const NEVER: Us = Number.MAX_SAFE_INTEGER;

/** Takes what has waited for too long out of a queue; the others keep their order. */
export function takeExpired(queue: Call[], now: Us): readonly Call[] {
  let expired: Call[] | undefined;
  let kept = 0;
  for (let i = 0; i < queue.length; i++) {
    const call = queue[i]!;
    if (now - call.createdAt < call.timeoutUs) queue[kept++] = call;
    else if (expired === undefined) expired = [call];
    else expired.push(call);
  }
  queue.length = kept;
  return expired ?? NONE;
}

const NONE: readonly Call[] = [];

export function earliestExpiry(queue: readonly Call[]): Us {
  let at = NEVER;
  for (const call of queue) {
    if (call.createdAt + call.timeoutUs < at) at = call.createdAt + call.timeoutUs;
  }
  return at;
}
