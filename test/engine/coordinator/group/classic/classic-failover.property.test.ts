import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Answer,
  ClassicGroup,
  ClassicGroups,
  CoordinatorRuntime,
  type GroupDecision,
  type GroupRecord,
  GroupShard,
  groupConfigDefaults,
  groupRecordCodec,
} from '../../../../../engine/coordinator/index.ts';
import { MS, timerArgument, timerKind, type Us } from '../../../../../engine/machine/index.ts';
import { ClusterImage } from '../../../../../engine/metadata/index.ts';
import { noCompression } from '../../../../../engine/records/index.ts';
import {
  ErrorCode,
  type JoinGroupResponse,
  type SyncGroupResponse,
} from '../../../../../engine/wire/index.ts';
import { RecordingOutbox } from '../../../recording-outbox.ts';
import { MemoryCoordinatorLog } from '../../memory-coordinator-log.ts';
import { makeSimpleRooms } from '../simple-rooms.ts';
import { bytesOf, GROUP, textOf } from './classic-stage.ts';

const TIMERS = { load: 40, shard: 41, write: 42 };
const CALLER = { clientId: 'k', clientHost: '/127.0.0.1', apiVersion: 9 };

/** A member that follows the protocol, as far as the steps let it. */
interface Client {
  readonly instanceId: string | null;
  memberId: string;
  generationId: number;
  /** Counts its lives: what an earlier life asked for is answered to nobody. */
  life: number;
  isWaiting: boolean;
  /** The leader's view of who is there, while it has to assign. */
  toAssign: readonly string[] | null;
}

/** A coordinator over a log that outlives it, and clients; everything that was handed out is kept. */
class World {
  readonly log = new MemoryCoordinatorLog();
  readonly out = new RecordingOutbox();
  readonly clients: Client[] = ['one', null, null, 'two'].map((instanceId) => ({
    instanceId,
    memberId: '',
    generationId: -1,
    life: 0,
    isWaiting: false,
    toAssign: null,
  }));
  readonly asked: { what: string; answers: number }[] = [];
  /** By generation: what its leader said, of which one attempt at most may count. */
  readonly said = new Map<number, Map<string, string>[]>();
  /** By generation: what members were told. */
  readonly told = new Map<number, Map<string, string>>();
  reached = 0;
  now: Us = 0;
  #draws = 0;
  #epoch = 0;
  readonly #runtime: CoordinatorRuntime<GroupShard, GroupRecord>;

  constructor() {
    const image = new ClusterImage();
    this.#runtime = new CoordinatorRuntime<GroupShard, GroupRecord>({
      topic: '__consumer_offsets',
      log: this.log,
      codec: groupRecordCodec,
      compression: noCompression,
      verifier: { verify: (now, _partition, _origin, done, out) => done(now, 0, null, out) },
      makeShard: (context) =>
        new GroupShard(context, groupConfigDefaults, (...given) => ({
          ...makeSimpleRooms(...given),
          classic: new ClassicGroups(...given),
        })),
      wall: { nowMs: () => 1_000_000 + Math.floor(this.now / 1000) },
      random: {
        u32: () => Math.imul(++this.#draws, 0x9e3779b1) >>> 0,
        below: (bound) => this.#draws % bound,
      },
      image: () => image,
      writeTimeoutMs: 5_000,
      loadBufferBytes: 1_000_000,
      timers: TIMERS,
    });
    this.elect();
  }

  get group(): ClassicGroup | undefined {
    const group = this.#runtime.view(0)?.shard.groups.get(GROUP);
    return group instanceof ClassicGroup ? group : undefined;
  }

  elect(): void {
    this.#runtime.onElected(this.now, 0, ++this.#epoch, this.out);
    this.run(0);
  }

  /**
   * The coordinator goes; the next one has what was replicated, and perhaps all, which is replicated then. As in Kafka
   * a coordinator that loads tells of what it finds at its log's end: lost once more, it would take with it a
   * generation of which members have heard.
   */
  failOver(keepsTail: boolean): void {
    this.#runtime.onResigned(this.now, 0, null, this.out);
    for (const { answers, what } of this.asked) expect([what, answers]).toEqual([what, 1]);
    const partition = this.log.partition(0);
    if (!keepsTail) {
      while ((partition.batches.at(-1)?.baseOffset ?? -1) >= partition.highWatermark) partition.batches.pop();
      partition.logEndOffset = partition.highWatermark;
    }
    partition.highWatermark = partition.logEndOffset;
    this.elect();
  }

  replicate(): void {
    const partition = this.log.partition(0);
    partition.highWatermark = partition.logEndOffset;
    this.#runtime.onHighWatermark(this.now, 0, this.out);
  }

  run(byUs: Us): void {
    const until = this.now + byUs;
    for (;;) {
      const due = [...this.out.timers].filter(([, at]) => at <= until).sort((a, b) => a[1] - b[1])[0];
      if (due === undefined) break;
      this.out.timers.delete(due[0]);
      this.now = Math.max(this.now, due[1]);
      this.#runtime.onTimer(this.now, timerKind(due[0]), timerArgument(due[0]), this.out);
    }
    this.now = until;
  }

  join(client: Client): void {
    const { instanceId: groupInstanceId, memberId } = client;
    const request = {
      groupId: GROUP,
      memberId,
      groupInstanceId,
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 30_000,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: bytesOf('mine') }],
      reason: null,
    };
    this.#ask<JoinGroupResponse>(
      'join',
      client,
      (shard, answer) => shard.classic.join(this.now, request, CALLER, answer, this.out),
      (body) => this.#joined(client, body),
    );
  }

  #joined(client: Client, body: JoinGroupResponse): void {
    if (body.memberId !== '') client.memberId = body.memberId;
    if (body.errorCode === ErrorCode.UNKNOWN_MEMBER_ID) client.memberId = '';
    if (body.errorCode !== ErrorCode.NONE) return;
    expect(body.generationId).toBeGreaterThan(0);
    client.generationId = body.generationId;
    const assigns = body.leader === body.memberId && !body.skipAssignment;
    client.toAssign = assigns ? body.members.map(({ memberId }) => memberId) : null;
  }

  sync(client: Client, attempt: number): void {
    const { generationId, instanceId: groupInstanceId, memberId, toAssign } = client;
    const given = new Map((toAssign ?? []).map((id) => [id, `${generationId}/${attempt}/${id}`]));
    client.toAssign = null;
    if (given.size > 0) this.said.set(generationId, [...(this.said.get(generationId) ?? []), given]);
    const request = {
      groupId: GROUP,
      generationId,
      memberId,
      groupInstanceId,
      protocolType: 'consumer',
      protocolName: 'range',
      assignments: [...given].map(([id, text]) => ({ memberId: id, assignment: bytesOf(text) })),
    };
    this.#ask<SyncGroupResponse>(
      'sync',
      client,
      (shard, answer) => shard.classic.sync(this.now, request, CALLER, answer, this.out),
      (body) => {
        if (body.errorCode === ErrorCode.UNKNOWN_MEMBER_ID) client.memberId = '';
        if (body.errorCode !== ErrorCode.NONE) return;
        this.reached += 1;
        const told = this.told.get(generationId) ?? new Map<string, string>();
        this.told.set(generationId, told.set(memberId, textOf(body.assignment)));
      },
    );
  }

  leave(client: Client): void {
    const members = [{ memberId: client.memberId, groupInstanceId: client.instanceId, reason: null }];
    const request = { groupId: GROUP, memberId: '', members };
    this.#ask(
      'leave',
      client,
      (shard, answer) => shard.classic.leave(this.now, request, CALLER, answer, this.out),
      () => {},
    );
    client.memberId = '';
  }

  heartbeat(client: Client): void {
    const { generationId, instanceId: groupInstanceId, memberId } = client;
    const request = { groupId: GROUP, generationId, memberId, groupInstanceId };
    this.#ask(
      'heartbeat',
      client,
      (shard, answer) => shard.classic.heartbeat(this.now, request, CALLER, answer, this.out),
      () => {},
    );
  }

  #ask<Body>(
    what: string,
    client: Client,
    decide: (shard: GroupShard, answer: Answer<Body>) => GroupDecision,
    hear: (body: Body) => void,
  ): void {
    const asked = { what, answers: 0 };
    const { life } = client;
    this.asked.push(asked);
    const isParkable = what === 'join' || what === 'sync';
    if (isParkable) client.isWaiting = true;
    const settle = (): boolean => {
      asked.answers += 1;
      const isHeard = client.life === life;
      if (isHeard && isParkable) client.isWaiting = false;
      return isHeard;
    };
    const answer: Answer<Body> = (_now, body) => {
      if (settle()) hear(body);
    };
    const failed = (_now: Us, errorCode: number): void => {
      if (settle() && errorCode === ErrorCode.UNKNOWN_MEMBER_ID) client.memberId = '';
    };
    this.#runtime.scheduleWrite(this.now, 0, (shard) => decide(shard, answer), failed, this.out);
  }

  /** No two answers; what members of a generation were told is what one of its leaders said, all of it by the same. */
  check(): void {
    for (const { answers } of this.asked) expect(answers).toBeLessThanOrEqual(1);
    for (const [generationId, told] of this.told) {
      const plans = this.said.get(generationId) ?? [];
      const agrees = plans.some((plan) =>
        [...told].every(
          ([id, text]) =>
            text === '' || ([...plan.values()].includes(text) && (plan.get(id) === text || !plan.has(id))),
        ),
      );
      expect([generationId, agrees]).toEqual([generationId, true]);
    }
  }
}

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ what: fc.constant('go on' as const), who: fc.nat(3) }) },
  { weight: 6, arbitrary: fc.record({ what: fc.constant('all go on' as const), who: fc.constant(0) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      what: fc.constantFrom('wait' as const, 'replicate' as const),
      who: fc.constantFrom(100, 3_000, 5_000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constantFrom('leave' as const, 'crash' as const, 'heartbeat' as const, 'fail' as const),
      who: fc.nat(3),
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('fail over' as const), who: fc.nat(1) }) },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function run(world: World, { what, who }: Step, attempt: number): void {
  const client = world.clients[who % 4]!;
  switch (what) {
    case 'go on':
      goOn(world, client, attempt);
      return;
    case 'all go on':
      for (const each of world.clients) goOn(world, each, attempt);
      return;
    case 'wait':
      world.run(who * MS);
      return;
    case 'replicate':
      world.replicate();
      return;
    case 'leave':
      if (client.memberId !== '') world.leave(client);
      return;
    case 'crash':
      Object.assign(client, { memberId: '', generationId: -1, toAssign: null, isWaiting: false });
      client.life += 1;
      return;
    case 'heartbeat':
      if (client.memberId !== '') world.heartbeat(client);
      return;
    case 'fail':
      world.log.failNext = ErrorCode.NOT_ENOUGH_REPLICAS;
      return;
    case 'fail over':
      world.failOver(who === 1);
  }
}

function goOn(world: World, client: Client, attempt: number): void {
  if (client.isWaiting) return;
  const isNext = client.generationId >= 0 && client.generationId === world.group?.generationId;
  if (isNext && client.memberId !== '') world.sync(client, attempt);
  else world.join(client);
}

describe('classic groups on coordinators that come and go', () => {
  it('hand out one assignment a generation, and answer everybody once', () => {
    let reached = 0;
    const property = fc.property(fc.array(step, { minLength: 40, maxLength: 100 }), (steps) => {
      const world = new World();
      steps.forEach((each, attempt) => {
        run(world, each, attempt);
        world.check();
      });
      reached += world.reached;
      world.failOver(true);
    });
    fc.assert(property, { numRuns: 50 });
    expect(reached).toBeGreaterThan(50);
  });
});
