import { describe, expect, it } from 'vitest';
import type { Frame } from '../../../engine/machine/index.ts';
import type { TrialResult } from '../../../sim/cluster/index.ts';
import { guarded, NondeterminismError } from '../../../sim/search/index.ts';
import { type FaultInput, runSmall } from './small-trial.ts';

const FAULTS: FaultInput[] = [
  { kind: 'kill', target: 'leader:t-0', at: '2s', until: '6s' },
  { kind: 'isolate', target: 'controller-leader', at: '8s', until: '10s' },
];

/** All but how messages travelled. */
function deterministicPart({ codec: _, ...rest }: TrialResult): string {
  return JSON.stringify(rest);
}

describe('a run', () => {
  const plain = runSmall({ faults: FAULTS });

  it('comes to the same bytes again, by values or by real bytes', () => {
    expect(plain.verdict).toBe('pass');
    expect(deterministicPart(runSmall({ faults: FAULTS }))).toBe(deterministicPart(plain));
    expect(deterministicPart(runSmall({ faults: FAULTS }, { codec: 'bytes' }))).toBe(
      deterministicPart(plain),
    );
  });

  it('changes no message in flight: frozen ones do as well', () => {
    expect(deterministicPart(runSmall({ faults: FAULTS }, { freeze: true }))).toBe(deterministicPart(plain));
  });

  it('is another run under another seed', () => {
    expect(runSmall({ faults: FAULTS }, { seed: '2' }).traceHash).not.toBe(plain.traceHash);
  });
});

/**
 * Makes `act` part of the engine: it happens in the step of whichever machine looks at the 40th frame. Not
 * enumerable, so that it is a machine that looks first.
 */
function inAStep(act: () => unknown): { sabotage: (frame: Frame) => Frame; sent: Frame[] } {
  const sent: Frame[] = [];
  const sabotage = (frame: Frame): Frame => {
    sent.push(frame);
    if (sent.length !== 40) return frame;
    const { correlationId } = frame;
    let looks = 0;
    const get = (): number => {
      if (++looks === 1) act();
      return correlationId;
    };
    return Object.defineProperty({ ...frame }, 'correlationId', { get, enumerable: false });
  };
  return { sabotage, sent };
}

describe('a machine that changes a message in flight', () => {
  it('is caught when messages are frozen', () => {
    const { sabotage, sent } = inAStep(() => {
      (sent[0] as { correlationId: number }).correlationId = 7;
    });
    const result = runSmall({ duration: '1s' }, { freeze: true, sabotage });
    expect(result.verdict).toBe('violation');
    expect(result.violations[0]).toMatchObject({ check: 'EngineAssertion' });
    expect(result.violations[0]!.message).toMatch(/crashed in a step .*read only/);
  });
});

describe('a message that a wire would not carry as it is', () => {
  it.each([
    ['has no field extra', { extra: 1 }],
    ['throttleTimeMs is missing', { throttleTimeMs: undefined }],
    ['throttleTimeMs is not an int32: 0.5', { throttleTimeMs: 0.5 }],
  ])('is caught when messages are checked: %s', (problem, change) => {
    const sabotage = (frame: Frame): Frame =>
      'throttleTimeMs' in frame.body ? { ...frame, body: { ...frame.body, ...change } } : frame;
    expect(() => runSmall({ duration: '1s' }, { freeze: true, sabotage })).toThrow(problem);
  });
});

describe('time and luck that do not come from a port', () => {
  const touches: [name: string, touch: () => unknown][] = [
    ['Math.random()', () => Math.random()],
    ['Date.now()', () => Date.now()],
    ['new Date()', () => new Date()],
    ['performance.now()', () => performance.now()],
    ['setTimeout()', () => setTimeout(() => {}, 0)],
    ['crypto.randomUUID()', () => crypto.randomUUID()],
  ];

  it.each(touches)('%s in a step ends the run by that name, though only a process crashed', (name, touch) => {
    const { sabotage, sent } = inAStep(touch);
    let failure: unknown;
    try {
      guarded(() => runSmall({ duration: '1s' }, { sabotage }));
    } catch (error) {
      failure = error;
    }
    expect(failure).toBeInstanceOf(NondeterminismError);
    expect((failure as Error).message).toMatch(`${name} was called during a run`);
    expect(sent.length, 'the run went on after the crash').toBeGreaterThan(40);
  });

  it('is itself again after the run', () => {
    const { random } = Math;
    const { now } = Date;
    expect(guarded(() => 3)).toBe(3);
    expect(Math.random).toBe(random);
    expect(Date.now).toBe(now);
    expect(new Date(Date.now()).getFullYear()).toBeGreaterThan(2000);
  });
});
