import { describe, expect, test } from 'vitest';
import { Inbound, MAX_WAITING_PER_CONNECTION } from '../../../engine/exchange/index.ts';
import { ApiKey, apiOf, make } from '../../../engine/wire/index.ts';
import { ConnectionsOutbox } from './connections-outbox.ts';

const answer = make(apiOf(ApiKey.Metadata)!.response, { clusterId: 'x' } as object);

class Stage {
  readonly out = new ConnectionsOutbox();
  readonly inbound = new Inbound();
  accept(connection: number): void {
    this.inbound.onInput(0, { kind: 'accepted', connection, port: 9092 }, this.out);
  }
  request(connection: number, correlationId: number): void {
    this.inbound.onInput(
      0,
      {
        kind: 'frame',
        connection,
        frame: {
          kind: 'request',
          apiKey: 3,
          apiVersion: 12,
          correlationId,
          clientId: 'c',
          body: { correlationId },
        },
      },
      this.out,
    );
  }
  /** Request ids by the correlation id in the body. */
  taken(): Map<number, number> {
    return new Map(
      this.inbound
        .takeRequests()
        .map(({ id, body }) => [(body as { correlationId: number }).correlationId, id] as const),
    );
  }
  sent(): string[] {
    return this.out.takeSent().map(({ connection, frame }) => `${connection}#${frame.correlationId}`);
  }
}

describe('the inbound side', () => {
  test('works on one request of a connection at a time and answers in their order', () => {
    const stage = new Stage();
    stage.accept(1);
    stage.accept(2);
    for (const correlationId of [1, 2, 3]) stage.request(1, correlationId);
    stage.request(2, 9);
    const first = stage.taken();
    expect([...first.keys()]).toEqual([1, 9]);
    stage.inbound.respond(first.get(9)!, answer, stage.out);
    expect(stage.taken().size).toBe(0);
    stage.inbound.respond(first.get(1)!, answer, stage.out);
    const second = stage.taken();
    expect([...second.keys()]).toEqual([2]);
    stage.inbound.respond(second.get(2)!, answer, stage.out);
    stage.inbound.respond(stage.taken().get(3)!, answer, stage.out);
    expect(stage.sent()).toEqual(['2#9', '1#1', '1#2', '1#3']);
  });

  test('a response carries key, version and correlation id of its request', () => {
    const stage = new Stage();
    stage.accept(1);
    stage.request(1, 41);
    stage.inbound.respond(stage.taken().get(41)!, answer, stage.out);
    expect(stage.out.takeResponses()).toEqual([
      { kind: 'response', apiKey: 3, apiVersion: 12, correlationId: 41, body: answer },
    ]);
  });

  test('a response is written for the version of its request', () => {
    const stage = new Stage();
    stage.accept(1);
    stage.request(1, 41);
    const partial = { clusterId: 'x', errorCode: 7 };
    const whole = make(apiOf(ApiKey.Metadata)!.response, partial as object);
    stage.inbound.respond(stage.taken().get(41)!, whole, stage.out);
    // Version 12 has no error of its own yet, and may do without.
    expect(stage.out.takeResponses()).toMatchObject([{ body: { clusterId: 'x', errorCode: 0 } }]);
  });

  test('only ApiVersions answers in another version', () => {
    const stage = new Stage();
    stage.accept(1);
    stage.request(1, 1);
    stage.inbound.respondAs(stage.taken().get(1)!, 0, answer, stage.out);
    expect(stage.out.takeResponses()).toMatchObject([{ apiVersion: 0 }]);
  });

  test('a request settled silently makes room for the next one', () => {
    const stage = new Stage();
    stage.accept(1);
    stage.request(1, 1);
    stage.request(1, 2);
    stage.inbound.settleSilently(stage.taken().get(1)!, stage.out);
    expect([...stage.taken().keys()]).toEqual([2]);
    expect(stage.sent()).toEqual([]);
  });

  test('a request answered by disconnecting takes the waiting ones with it', () => {
    const stage = new Stage();
    stage.accept(1);
    stage.request(1, 1);
    stage.request(1, 2);
    stage.inbound.disconnect(stage.taken().get(1)!, stage.out);
    expect(stage.out.closed).toEqual([1]);
    expect(stage.taken().size).toBe(0);
    expect(stage.inbound.connectionCount).toBe(0);
  });

  test('a request whose connection has gone is answered into nothing, once', () => {
    const stage = new Stage();
    stage.accept(1);
    stage.request(1, 1);
    const id = stage.taken().get(1)!;
    expect(stage.inbound.onInput(0, { kind: 'closed', connection: 1, reason: 'reset' }, stage.out)).toBe(
      true,
    );
    stage.inbound.respond(id, answer, stage.out);
    expect(stage.sent()).toEqual([]);
    expect(() => stage.inbound.respond(id, answer, stage.out)).toThrow('settled once');
  });

  test('answering twice is a broken promise', () => {
    const stage = new Stage();
    stage.accept(1);
    stage.request(1, 1);
    const id = stage.taken().get(1)!;
    stage.inbound.respond(id, answer, stage.out);
    expect(() => stage.inbound.settleSilently(id, stage.out)).toThrow('settled once');
  });

  test('a peer that sends without end is cut off', () => {
    const stage = new Stage();
    stage.accept(1);
    for (let i = 0; i <= MAX_WAITING_PER_CONNECTION; i++) stage.request(1, i);
    expect(stage.out.closed).toEqual([]);
    stage.request(1, MAX_WAITING_PER_CONNECTION + 1);
    expect(stage.out.closed).toEqual([1]);
  });

  test('does not claim what belongs to the outbound side', () => {
    const stage = new Stage();
    expect(stage.inbound.onInput(0, { kind: 'closed', connection: 5, reason: 'reset' }, stage.out)).toBe(
      false,
    );
    expect(stage.inbound.onInput(0, { kind: 'timer', timer: 0 }, stage.out)).toBe(false);
  });
});
