import { describe, expect, test } from 'vitest';
import {
  Admin,
  type AdminAction,
  adminConfig,
  type ClientConfig,
  describeCluster,
} from '../../../engine/client/index.ts';
import { MS, SECOND } from '../../../engine/machine/index.ts';
import { ApiKey, type ApiVersionsRequest, ErrorCode } from '../../../engine/wire/index.ts';
import { type ClientStage, FixedRandoms } from './client-stage.ts';
import { ConsumerStage } from './consumer/consumer-stage.ts';
import { ProducerStage } from './producer/producer-stage.ts';

/** A bootstrap server that is no broker of the cluster: a name in front of it. */
const FRONT = 9;
const servers = { 'bootstrap.servers': [`b${FRONT}:9092`] };

type Started = (config?: Partial<ClientConfig>, brokers?: readonly number[]) => ClientStage;

const producer: Started = (config = {}, brokers = [1, 2, 3]) => {
  const s = new ProducerStage({ ...servers, ...config });
  s.stage.brokers = [...brokers];
  s.stage.topic('t', [1]);
  s.boot();
  s.sendNow({ partition: 0 });
  s.stage.advance(10 * MS);
  return s.stage;
};

const consumer: Started = (config = {}, brokers = [1, 2, 3]) => {
  const s = new ConsumerStage({ ...servers, ...config });
  s.stage.brokers = [...brokers];
  // Without a leader it has no fetch in flight, which would hold metadata's answer up.
  s.start([-1]);
  return s.stage;
};

const admin: Started = (config = {}, brokers = [1, 2, 3]) => {
  const s = new ConsumerStage().stage;
  const actions: AdminAction[] = [{ do: 'call', id: 1, call: describeCluster() }];
  const machine = new Admin({
    config: adminConfig({ ...servers, ...config }),
    driver: { next: () => actions.shift() ?? { do: 'think', until: Number.MAX_SAFE_INTEGER } },
    listener: { onCall() {}, onResult() {} },
    randoms: new FixedRandoms(),
  });
  s.brokers = [...brokers];
  s.boot(machine);
  return s;
};

/** How often the client asked at the name it was given. */
const starts = (s: ClientStage): number => s.metadataRequests.filter(({ broker }) => broker === FRONT).length;

const rebootstraps = (s: ClientStage): number =>
  s.out.probes.filter((probe) => probe === 'client rebootstraps').length;

describe.each([
  ['a producer', producer],
  ['a consumer', consumer],
  ['an admin client', admin],
])('%s', (_, start) => {
  test('that gets no metadata for five minutes starts over from its bootstrap servers (KIP-1102)', () => {
    const s = start({ 'metadata.max.age.ms': 1_000 });
    s.answersMetadata = false;
    const before = starts(s);
    s.advance(299 * SECOND);
    expect(rebootstraps(s)).toBe(0);
    s.advance(5 * SECOND);
    expect(rebootstraps(s)).toBe(1);
    expect(starts(s)).toBeGreaterThan(before);
  });

  test('that is told so starts over (REBOOTSTRAP_REQUIRED), and finds the cluster again', () => {
    const s = start({ 'metadata.max.age.ms': 1_000 });
    s.metadataError = ErrorCode.REBOOTSTRAP_REQUIRED;
    const before = starts(s);
    s.advance(1_500 * MS);
    expect(rebootstraps(s)).toBeGreaterThan(0);
    s.metadataError = ErrorCode.NONE;
    s.advance(2 * SECOND);
    expect(starts(s)).toBeGreaterThan(before);
    const told = rebootstraps(s);
    s.advance(10 * SECOND);
    expect(rebootstraps(s)).toBe(told);
  });

  test('with recovery none it keeps to the brokers it knows', () => {
    const s = start({ 'metadata.max.age.ms': 1_000, 'metadata.recovery.strategy': 'none' });
    s.answersMetadata = false;
    s.advance(400 * SECOND);
    expect(rebootstraps(s)).toBe(0);
  });

  test('whose brokers are all gone tries its bootstrap servers (KIP-899)', () => {
    // Asked for more often than connections are tried, metadata finds all of them backing off.
    const s = start(
      { 'metadata.max.age.ms': 1_000, 'retry.backoff.ms': 10, 'retry.backoff.max.ms': 20 },
      [1],
    );
    s.down.add(1);
    for (const { connection, endpoint } of s.out.connected)
      if (endpoint.host === 'b1') s.input({ kind: 'closed', connection, reason: 'reset' });
    const before = starts(s);
    s.advance(5 * SECOND);
    expect(rebootstraps(s)).toBeGreaterThan(0);
    expect(starts(s)).toBeGreaterThan(before);
  });
});

describe('whom a client means (KIP-1242)', () => {
  const asked = (s: ClientStage, config: Partial<ClientConfig> = {}) => {
    const p = new ProducerStage({ ...servers, ...config });
    p.stage.topic('t', [1]);
    const bodies: ApiVersionsRequest[] = [];
    p.stage.versionsError = (request) => {
      bodies.push(request);
      return s.versionsError(request);
    };
    p.boot();
    p.sendNow({ partition: 0 });
    p.stage.advance(1 * SECOND);
    return { bodies, stage: p.stage };
  };
  const calm = new ConsumerStage().stage;

  test('is told to brokers, not to bootstrap servers, whose ids nobody knows', () => {
    const { bodies } = asked(calm);
    expect(bodies[0]).toMatchObject({ clusterId: null, nodeId: -1 });
    expect(bodies.slice(1).map(({ clusterId }) => clusterId)).toEqual(['cluster', 'cluster']);
    expect(bodies.map(({ nodeId }) => nodeId)).toContain(1);
  });

  test('is not told when the check is off, or nothing would follow from it', () => {
    for (const config of [
      { 'metadata.cluster.check.enable': false },
      { 'metadata.recovery.strategy': 'none' as const },
    ]) {
      const { bodies } = asked(calm, config);
      expect(new Set(bodies.map(({ clusterId }) => clusterId))).toEqual(new Set([null]));
    }
  });

  test('a broker that is somebody else sends it back to its bootstrap servers', () => {
    const s = new ConsumerStage().stage;
    s.versionsError = ({ nodeId }) => (nodeId === 1 ? ErrorCode.REBOOTSTRAP_REQUIRED : ErrorCode.NONE);
    const { stage } = asked(s);
    expect(stage.out.probes).toContain('connection misrouted');
    expect(rebootstraps(stage)).toBeGreaterThan(0);
    expect(starts(stage)).toBeGreaterThan(1);
    expect(stage.take(ApiKey.Produce)).toEqual([]);
  });
});
