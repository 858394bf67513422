import type { Rpc } from '../../../engine/exchange/index.ts';
import type { Us } from '../../../engine/machine/index.ts';

export interface Sent {
  readonly at: Us;
  readonly node: number;
  readonly owner: number;
  readonly token: number;
  readonly apiKey: number;
  readonly body: object;
  readonly timeoutUs: Us;
}

/** Keeps requests instead of sending them. */
export class RecordingRpc implements Rpc {
  readonly sent: Sent[] = [];

  request(
    at: Us,
    node: number,
    owner: number,
    token: number,
    apiKey: number,
    body: object,
    timeoutUs: Us,
  ): void {
    this.sent.push({ at, node, owner, token, apiKey, body, timeoutUs });
  }

  last<Body>(): Body {
    return this.sent.at(-1)!.body as Body;
  }
}
