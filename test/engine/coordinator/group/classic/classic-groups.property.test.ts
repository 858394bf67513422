import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ErrorCode } from '../../../../../engine/wire/index.ts';
import { ClassicStage, textOf } from './classic-stage.ts';

const STEPS = 120;

/** What a member of the model believes: its id, its generation, and what it was given in it. */
interface Believer {
  memberId: string;
  generationId: number;
}

const step = fc.record({
  who: fc.integer({ min: 0, max: 3 }),
  what: fc.constantFrom(
    'join',
    'join',
    'sync',
    'sync',
    'heartbeat',
    'leave',
    'wait',
    'wait',
    'crash',
    'fail',
  ),
  ms: fc.constantFrom(500, 3_000, 11_000, 61_000),
});

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Members that join, sync, leave, crash and are forgotten, in any order. */
class Model {
  readonly stage = new ClassicStage();
  readonly #members: Believer[] = Array.from({ length: 4 }, () => ({ memberId: '', generationId: -1 }));
  #highest = 0;
  /** By generation and member: what was handed out. */
  readonly #given = new Map<string, string>();

  run({ ms, what, who }: Step): void {
    const { stage } = this;
    const member = this.#members[who]!;
    switch (what) {
      case 'join':
        this.#join(member);
        return;
      case 'sync':
        this.#sync(member);
        return;
      case 'heartbeat':
        if (stage.heartbeat(member.memberId, member.generationId) === ErrorCode.UNKNOWN_MEMBER_ID)
          member.memberId = '';
        return;
      case 'leave':
        stage.leave(member.memberId);
        member.memberId = '';
        return;
      case 'crash':
        member.memberId = '';
        return;
      case 'fail':
        stage.runtime.failWith = stage.runtime.failWith === 0 ? ErrorCode.NOT_ENOUGH_REPLICAS : 0;
        return;
      case 'wait':
        stage.advance(ms);
    }
  }

  #join(member: Believer): void {
    const asked = this.stage.join(member.memberId);
    if (asked.body?.errorCode === ErrorCode.MEMBER_ID_REQUIRED) {
      member.memberId = asked.body.memberId;
      this.#join(member);
    } else if (asked.body?.errorCode === ErrorCode.UNKNOWN_MEMBER_ID) member.memberId = '';
  }

  #sync(member: Believer): void {
    const group = this.stage.find(this.stage.runtime.shard);
    if (group === undefined || !group.members.has(member.memberId)) return;
    const { generationId } = group;
    member.generationId = generationId;
    const assignments = Object.fromEntries(
      [...group.members.keys()].map((id) => [id, `${generationId} ${id}`]),
    );
    const isLeader = group.isLeader(member.memberId);
    const { memberId } = member;
    const asked = this.stage.sync(memberId, generationId, isLeader ? assignments : {});
    if (asked.body?.errorCode === ErrorCode.NONE)
      this.#given.set(`${generationId} ${memberId}`, textOf(asked.body.assignment));
  }

  check(): void {
    const group = this.stage.find(this.stage.runtime.shard);
    for (const [key, text] of this.#given) expect(text).toBe(key);
    for (const asked of this.stage.asked) expect(asked.answers).toBeLessThanOrEqual(1);
    if (group === undefined) return;
    expect(group.generationId).toBeGreaterThanOrEqual(this.#highest);
    this.#highest = group.generationId;
    for (const { awaitingSync } of group.members.values())
      if (awaitingSync !== null) expect(group.state).toBe('CompletingRebalance');
  }

  /** Everybody who waits is answered in the end, and a coordinator that loads has what was handed out. */
  end(): void {
    this.stage.runtime.failWith = 0;
    const group = this.stage.find(this.stage.runtime.shard);
    if (group?.state === 'Stable') {
      const rebuilt = this.stage.find(this.stage.runtime.rebuild())!;
      expect(rebuilt.generationId).toBe(group.generationId);
      expect([...rebuilt.members.keys()].sort()).toEqual([...group.members.keys()].sort());
      for (const [id, { assignment }] of group.members)
        expect(textOf(rebuilt.members.get(id)!.assignment)).toBe(textOf(assignment));
    }
    this.stage.runtime.shard.onUnloaded(this.stage.runtime.now, this.stage.runtime.out);
    for (const asked of this.stage.asked) expect(asked.answers).toBe(1);
  }
}

describe('a classic group', () => {
  it('keeps its promises whatever its members do', () => {
    const property = fc.property(fc.array(step, { maxLength: STEPS }), (steps) => {
      const model = new Model();
      for (const each of steps) {
        model.run(each);
        model.check();
      }
      model.end();
    });
    fc.assert(property, { numRuns: 300 });
  });
});
