import { type Fact, noWork, type Outbox, type TimerId, type Us } from '../../../engine/machine/index.ts';
import type { EventClock } from './event-clock.ts';

export interface TestOutboxOwner {
  onTimer(timer: TimerId): void;
  onExit(message: string): void;
  onProbe(name: string): void;
  onFact(fact: Fact): void;
}

/** The outbox of one life of a node: it is dropped with its timers. Who is dead is the owner's business. */
export function testOutbox(clock: EventClock, owner: TestOutboxOwner): Outbox {
  const armed = new Map<TimerId, Us>();
  const viaExchange = () => {
    throw new Error('raft speaks through the exchange');
  };
  const outbox: Outbox = {
    work: noWork(),
    connect: viaExchange,
    send: viaExchange,
    close: viaExchange,
    arm: (timer, at) => {
      armed.set(timer, at);
      clock.schedule(Math.max(at - clock.now, 0), () => {
        if (armed.get(timer) !== at) return;
        armed.delete(timer);
        owner.onTimer(timer);
      });
    },
    disarm: (timer) => {
      armed.delete(timer);
    },
    exit: (_reason, message) => owner.onExit(message),
    probe: (name) => owner.onProbe(name),
    fact: (fact) => owner.onFact(fact),
  };
  return outbox;
}
