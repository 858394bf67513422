import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ACTIVE_CONTROLLER, Exchange, serverExchangeConfig } from '../../../engine/exchange/index.ts';
import { MS, type RequestFrame, SECOND, type Us } from '../../../engine/machine/index.ts';
import { ApiKey, apiOf, ErrorCode, make } from '../../../engine/wire/index.ts';
import { ConnectionsOutbox, middle } from './connections-outbox.ts';

const action = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('ask' as const),
      node: fc.constantFrom(1, 2, 9, ACTIVE_CONTROLLER),
      owner: fc.nat(1),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('open' as const), pick: fc.nat(9) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('answer' as const), pick: fc.nat(9), refuse: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('close' as const), pick: fc.nat(9) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('controller' as const), node: fc.constantFrom(1, 2, null) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('move' as const), node: fc.constantFrom(1, 2) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(2_000) }) },
);

const body = make(apiOf(ApiKey.Metadata)!.request, {});

test('every request gets exactly one reply, whatever connections and controllers do', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 80 }), fc.integer({ min: 1, max: 3 }), (actions, window) => {
      const out = new ConnectionsOutbox();
      const config = { ...serverExchangeConfig('p'), maxInFlightRequestsPerConnection: window };
      const exchange = new Exchange(config, middle);
      exchange.setNode(1, { host: 'b1', port: 1 });
      exchange.setNode(2, { host: 'b2', port: 1 });
      let now: Us = 0;
      let token = 0;
      let closedSeen = 0;
      const replied: number[] = [];
      const opening: number[] = [];
      const open: number[] = [];
      const inFlight: { connection: number; request: RequestFrame }[] = [];
      const forget = (connection: number) => {
        for (const list of [opening, open]) {
          if (list.includes(connection)) list.splice(list.indexOf(connection), 1);
        }
        for (let i = inFlight.length - 1; i >= 0; i--) {
          if (inFlight[i]!.connection === connection) inFlight.splice(i, 1);
        }
      };
      const look = () => {
        for (const { connection } of out.connected.splice(0)) opening.push(connection);
        for (const { connection, frame } of out.takeSent()) {
          inFlight.push({ connection, request: frame as RequestFrame });
        }
        for (; closedSeen < out.closed.length; closedSeen++) forget(out.closed[closedSeen]!);
        for (const reply of exchange.takeReplies()) replied.push(reply.token);
        for (const connection of open) {
          const mine = inFlight.filter((each) => each.connection === connection).length;
          expect(mine).toBeLessThanOrEqual(window);
        }
      };
      const pass = (us: Us) => {
        out.advance(now + us, (at, input) => {
          now = at;
          exchange.onInput(now, input, out);
          look();
        });
        now += us;
      };
      for (const each of actions) {
        if (each.do === 'ask') {
          exchange.request(now, each.node, each.owner, token++, ApiKey.Metadata, body, 3 * SECOND, out);
        } else if (each.do === 'open' && opening.length > 0) {
          const connection = opening.splice(each.pick % opening.length, 1)[0]!;
          open.push(connection);
          exchange.onInput(now, { kind: 'connected', connection }, out);
        } else if (each.do === 'answer' && inFlight.length > 0) {
          const { connection } = inFlight[each.pick % inFlight.length]!;
          const index = inFlight.findIndex((one) => one.connection === connection);
          const { apiKey, apiVersion, correlationId } = inFlight.splice(index, 1)[0]!.request;
          const answer = { errorCode: each.refuse ? ErrorCode.NOT_CONTROLLER : ErrorCode.NONE };
          const frame = { kind: 'response', apiKey, apiVersion, correlationId, body: answer } as const;
          exchange.onInput(now, { kind: 'frame', connection, frame }, out);
        } else if (each.do === 'close' && opening.length + open.length > 0) {
          const connection = [...opening, ...open][each.pick % (opening.length + open.length)]!;
          forget(connection);
          exchange.onInput(now, { kind: 'closed', connection, reason: 'reset' }, out);
        } else if (each.do === 'controller') exchange.setController(now, each.node, out);
        else if (each.do === 'move') {
          exchange.removeNode(now, each.node, out);
          look();
          exchange.setNode(each.node, { host: `b${each.node}`, port: 1 });
        } else if (each.do === 'wait') pass(each.ms * MS);
        look();
      }
      // Whatever is left answers to nobody: every request ends by its own time-out.
      pass(60 * SECOND);
      expect(replied.toSorted((a, b) => a - b)).toEqual(Array.from({ length: token }, (_, i) => i));
    }),
    { numRuns: 200 },
  );
});
