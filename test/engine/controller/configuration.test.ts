import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigResource } from '../../../engine/metadata/index.ts';
import {
  AlterConfigOperation,
  type AlterConfigsResponse,
  ApiKey,
  alterConfigsRequest,
  ErrorCode,
  incrementalAlterConfigsRequest,
  make,
} from '../../../engine/wire/index.ts';
import { SECOND, Stage } from './stage.ts';

const { SET, DELETE, APPEND, SUBTRACT } = AlterConfigOperation;
const { TOPIC, BROKER } = ConfigResource;

type Change = readonly [name: string, operation: number, value: string | null];

function change(
  stage: Stage,
  resourceType: number,
  resourceName: string,
  changes: readonly Change[],
  validateOnly = false,
) {
  const configs = changes.map(([name, configOperation, value]) => ({ name, configOperation, value }));
  const body = make(incrementalAlterConfigsRequest, {
    resources: [{ resourceType, resourceName, configs }],
    validateOnly,
  });
  const answer = stage.call<AlterConfigsResponse>(ApiKey.IncrementalAlterConfigs, 1, body);
  return answer.responses[0]!;
}

function replace(stage: Stage, resourceType: number, resourceName: string, configs: Record<string, string>) {
  const entries = Object.entries(configs).map(([name, value]) => ({ name, value }));
  const body = make(alterConfigsRequest, { resources: [{ resourceType, resourceName, configs: entries }] });
  return stage.call<AlterConfigsResponse>(ApiKey.AlterConfigs, 2, body).responses[0]!;
}

function withTopic(config: Partial<Stage['config']> = {}): Stage {
  const stage = new Stage(config);
  stage.start(1, 2, 3);
  stage.createTopic('t', [[1, 2, 3]]);
  return stage;
}

function configsOf(stage: Stage, type: number, name: string): Record<string, string> {
  return Object.fromEntries(stage.image.configs(type, name));
}

describe('an incremental change of configurations', () => {
  it('sets, deletes, appends and subtracts, and leaves the rest alone', () => {
    const stage = withTopic();
    expect(change(stage, TOPIC, 't', [['retention.ms', SET, '1000']])).toMatchObject({ errorCode: 0 });
    expect(change(stage, TOPIC, 't', [['cleanup.policy', APPEND, 'compact']])).toMatchObject({
      errorCode: 0,
    });
    expect(configsOf(stage, TOPIC, 't')).toEqual({
      'retention.ms': '1000',
      'cleanup.policy': 'delete,compact',
    });
    change(stage, TOPIC, 't', [
      ['cleanup.policy', SUBTRACT, 'delete'],
      ['retention.ms', DELETE, null],
    ]);
    expect(configsOf(stage, TOPIC, 't')).toEqual({ 'cleanup.policy': 'compact' });
  });

  it('takes replicas to be throttled as pairs, all of them as *, or none', () => {
    const stage = withTopic();
    for (const value of ['0:1,0:2', '*', '']) {
      const verdict = change(stage, TOPIC, 't', [['follower.replication.throttled.replicas', SET, value]]);
      expect(verdict).toMatchObject({ errorCode: 0 });
    }
  });

  it('writes nothing that is so already, but for a broker, which may load a file again (KAFKA-14136)', () => {
    const stage = withTopic();
    change(stage, TOPIC, 't', [['retention.ms', SET, '1000']]);
    const end = stage.logEndOffset;
    expect(change(stage, TOPIC, 't', [['retention.ms', SET, '1000']])).toMatchObject({ errorCode: 0 });
    expect(stage.logEndOffset).toBe(end);
    change(stage, BROKER, '1', [['log.retention.ms', SET, '1000']]);
    expect(change(stage, BROKER, '1', [['log.retention.ms', SET, '1000']])).toMatchObject({ errorCode: 0 });
    expect(stage.logEndOffset).toBe(end + 2);
  });

  it.each<[string, Change, number, string]>([
    ['an unknown name', ['retention', SET, '1'], ErrorCode.INVALID_CONFIG, 'Unknown topic config name'],
    ['a value that is no number', ['retention.ms', SET, 'x'], ErrorCode.INVALID_CONFIG, 'Not a number'],
    ['a value below its bound', ['segment.bytes', SET, '1'], ErrorCode.INVALID_CONFIG, 'at least 1048576'],
    [
      'replicas that are none',
      ['leader.replication.throttled.replicas', SET, '0:1,two'],
      ErrorCode.INVALID_CONFIG,
      "must be the literal '*' or a list of replicas",
    ],
    ['appending to what is no list', ['retention.ms', APPEND, '1'], ErrorCode.INVALID_CONFIG, "Can't APPEND"],
    [
      'a value too long',
      ['segment.ms', SET, '1'.repeat(40_000)],
      ErrorCode.INVALID_CONFIG,
      'maximum value size',
    ],
  ])('refuses %s', (_, wrong, errorCode, message) => {
    const stage = withTopic();
    const verdict = change(stage, TOPIC, 't', [['flush.messages', SET, '7'], wrong]);
    expect(verdict.errorCode).toBe(errorCode);
    expect(verdict.errorMessage).toContain(message);
    expect(configsOf(stage, TOPIC, 't')).toEqual({});
  });

  it('is for topics and nodes that exist', () => {
    const stage = withTopic();
    expect(change(stage, TOPIC, 'u', [['retention.ms', SET, '1']]).errorCode).toBe(
      ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    );
    expect(change(stage, TOPIC, '', [])).toMatchObject({
      errorCode: ErrorCode.INVALID_REQUEST,
      errorMessage: 'Default topic resources are not allowed.',
    });
    expect(change(stage, BROKER, '9', [['log.retention.ms', SET, '1']])).toMatchObject({
      errorCode: ErrorCode.BROKER_ID_NOT_REGISTERED,
      errorMessage: 'No node with id 9 found.',
    });
    expect(change(stage, BROKER, 'b1', []).errorCode).toBe(ErrorCode.INVALID_REQUEST);
  });

  it('tells each resource its own verdict, and refuses one that is named twice', () => {
    const stage = withTopic();
    const named = (resourceType: number, resourceName: string) => ({
      resourceType,
      resourceName,
      configs: [{ name: 'retention.ms', configOperation: SET, value: '5' }],
    });
    const resources = [
      named(TOPIC, 't'),
      named(TOPIC, 'u'),
      named(TOPIC, 'u'),
      named(77, 'x'),
      named(TOPIC, 'v'),
    ];
    const body = make(incrementalAlterConfigsRequest, { resources });
    const { responses } = stage.call<AlterConfigsResponse>(ApiKey.IncrementalAlterConfigs, 1, body);
    expect(responses.map(({ resourceName, errorCode }) => [resourceName, errorCode])).toEqual([
      ['u', ErrorCode.INVALID_REQUEST],
      ['x', ErrorCode.UNSUPPORTED_VERSION],
      ['t', ErrorCode.NONE],
      ['v', ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
    ]);
    expect(configsOf(stage, TOPIC, 't')).toEqual({ 'retention.ms': '5' });
  });

  it('changes nothing when it is only to be tried', () => {
    const stage = withTopic();
    const end = stage.logEndOffset;
    expect(change(stage, TOPIC, 't', [['retention.ms', SET, '1']], true)).toMatchObject({ errorCode: 0 });
    expect(change(stage, TOPIC, 't', [['retention.ms', SET, 'x']], true)).toMatchObject({
      errorCode: ErrorCode.INVALID_CONFIG,
    });
    expect(stage.logEndOffset).toBe(end);
  });

  it('comes to what a plain map comes to, whatever the order (property)', () => {
    const names = ['retention.ms', 'flush.messages', 'segment.ms'];
    const step = fc.record({
      name: fc.constantFrom(...names),
      operation: fc.constantFrom<number>(SET, DELETE),
      value: fc.integer({ min: 1, max: 5 }).map(String),
    });
    const property = fc.property(fc.array(fc.array(step, { maxLength: 3 }), { maxLength: 6 }), (requests) => {
      const stage = withTopic();
      const expected = new Map<string, string>();
      for (const steps of requests) {
        change(
          stage,
          TOPIC,
          't',
          steps.map(({ name, operation, value }) => [name, operation, operation === SET ? value : null]),
        );
        for (const { name, operation, value } of steps) {
          if (operation === SET) expected.set(name, value);
          else expected.delete(name);
        }
      }
      expect(configsOf(stage, TOPIC, 't')).toEqual(Object.fromEntries(expected));
    });
    fc.assert(property, { numRuns: 25 });
  });
});

describe('a replacement of configurations', () => {
  it('takes away what it does not name', () => {
    const stage = withTopic();
    replace(stage, TOPIC, 't', { 'retention.ms': '1', 'segment.ms': '2' });
    expect(replace(stage, TOPIC, 't', { 'segment.ms': '2', 'flush.messages': '3' })).toMatchObject({
      errorCode: 0,
    });
    expect(configsOf(stage, TOPIC, 't')).toEqual({ 'segment.ms': '2', 'flush.messages': '3' });
    expect(replace(stage, TOPIC, 't', { 'segment.ms': 'x' }).errorCode).toBe(ErrorCode.INVALID_CONFIG);
    expect(configsOf(stage, TOPIC, 't')).toEqual({ 'segment.ms': '2', 'flush.messages': '3' });
  });
});

describe('min.insync.replicas with eligible leader replicas', () => {
  /** Broker 3 fell out of the ISR below min ISR 3: it stands in the ELR. */
  function withElr(): Stage {
    const stage = new Stage();
    stage.start(1, 2, 3);
    stage.createTopic('t', [[1, 2, 3]], { 'min.insync.replicas': '3' });
    stage.createTopic('u', [[1, 2, 3]], { 'min.insync.replicas': '3' });
    stage.expire(3);
    expect(stage.partition('t').elr).toEqual([3]);
    return stage;
  }

  it('clears the ELR of the topic when it changes (KAFKA-16540), and no ELR stands beside a full ISR', () => {
    const stage = withElr();
    expect(change(stage, TOPIC, 't', [['min.insync.replicas', SET, '2']])).toMatchObject({ errorCode: 0 });
    expect(stage.partition('t').elr).toEqual([]);
    expect(stage.partition('u').elr).toEqual([3]);
    expect(stage.factsOf('partition changed').at(-1)).toMatchObject({ log: 't-0', elr: [], minIsr: 2 });
  });

  it('clears all ELRs when it changes for the cluster', () => {
    const stage = withElr();
    expect(change(stage, BROKER, '', [['min.insync.replicas', SET, '2']])).toMatchObject({ errorCode: 0 });
    expect([stage.partition('t').elr, stage.partition('u').elr]).toEqual([[], []]);
  });

  it('is one for the whole cluster: no broker has its own, and it cannot be taken away', () => {
    const stage = withElr();
    expect(change(stage, BROKER, '1', [['min.insync.replicas', SET, '2']])).toMatchObject({
      errorCode: ErrorCode.INVALID_CONFIG,
      errorMessage: 'Broker-level min.insync.replicas cannot be altered while ELR is enabled.',
    });
    expect(change(stage, BROKER, '', [['min.insync.replicas', DELETE, null]]).errorCode).toBe(
      ErrorCode.INVALID_CONFIG,
    );
    expect(replace(stage, BROKER, '', { 'log.retention.ms': '1' }).errorCode).toBe(ErrorCode.INVALID_CONFIG);
    const off = withTopic({ 'eligible.leader.replicas.version': 0 });
    expect(change(off, BROKER, '1', [['min.insync.replicas', SET, '2']]).errorCode).toBe(ErrorCode.NONE);
    expect(change(off, BROKER, '', [['min.insync.replicas', DELETE, null]]).errorCode).toBe(ErrorCode.NONE);
  });
});

describe('unclean.leader.election.enable', () => {
  it('gives a leaderless partition a leader at the next sweep after it is set', () => {
    const stage = withTopic({ 'eligible.leader.replicas.version': 0 });
    stage.expire(2, 3);
    stage.expire(1);
    stage.heartbeat(2);
    expect(stage.partition('t').leader).toBe(-1);
    expect(change(stage, TOPIC, 't', [['unclean.leader.election.enable', SET, 'true']])).toMatchObject({
      errorCode: 0,
    });
    expect(stage.partition('t').leader).toBe(-1);
    for (let second = 0; second < 300; second += 5) {
      stage.heartbeat(2);
      stage.advance(5 * SECOND);
    }
    expect(stage.partition('t')).toMatchObject({ leader: 2, isr: [2], leaderRecoveryState: 'RECOVERING' });
  });
});

describe('cordoned.log.dirs', () => {
  it('grows only by a request that a broker looked at, and shrinks by any (KIP-1066)', () => {
    const stage = withTopic();
    stage.forwarded = false;
    expect(change(stage, BROKER, '1', [['cordoned.log.dirs', SET, '/a']]).errorCode).toBe(
      ErrorCode.INVALID_CONFIG,
    );
    stage.forwarded = true;
    expect(change(stage, BROKER, '1', [['cordoned.log.dirs', SET, '/a,/b']]).errorCode).toBe(0);
    stage.forwarded = false;
    expect(change(stage, BROKER, '1', [['cordoned.log.dirs', SET, '/b']]).errorCode).toBe(0);
    expect(configsOf(stage, BROKER, '1')).toEqual({ 'cordoned.log.dirs': '/b' });
  });
});
