import type { Outbox } from './outbox.ts';
import { noWork } from './work.ts';

/** Nobody hears what is done beside a run: a replay or a recovery that is only looked at. */
export function unheard(): Outbox {
  const nothing = (): void => {};
  return {
    work: noWork(),
    connect: () => 0,
    send: nothing,
    close: nothing,
    arm: nothing,
    disarm: nothing,
    exit: nothing,
    probe: nothing,
    fact: nothing,
  };
}
