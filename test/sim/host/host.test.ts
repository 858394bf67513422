import { describe, expect, it } from 'vitest';
import { FREE } from '../../../sim/host/index.ts';
import { caller, echo, nothing, pair } from './scripts.ts';
import { type Script, say, TestWorld, wordOf } from './test-world.ts';

describe('a host', () => {
  it('boots its machine, listens, and carries frames both ways', () => {
    const { world } = pair(caller(['hi', 'ho']), echo);
    expect(world.of('a', true)).toEqual([
      '6000 boot',
      '6200 connected 1',
      '6400 frame 1 hi!',
      '6400 frame 1 ho!',
    ]);
    expect(world.of('b')).toEqual(['boot', 'accepted 1 on 9092', 'frame 1 hi', 'frame 1 ho']);
  });

  it('refuses connections while it boots, and once its process has ended', () => {
    const world = new TestWorld();
    const b = world.scripted('b', (input, out) => {
      if (input.kind === 'shutdown') out.exit('clean', 'asked to');
    });
    world.scripted('a', caller([])).start();
    world.run(5_000);
    expect(world.of('a')).toEqual(['boot', 'closed 1 refused']);
    b.start();
    world.run(5_000);
    b.stop();
    world.scripted('c', caller([])).start();
    world.run(5_000);
    expect(world.of('b')).toEqual(['boot', 'shutdown', 'exit clean asked to']);
    expect(world.of('c')).toEqual(['boot', 'closed 1 refused']);
    expect(b.state).toBe('dead');
  });

  it('closes its connections in order when it exits: the last answer arrives', () => {
    const { world } = pair(caller(['bye']), (input, out) => {
      if (input.kind !== 'frame') return;
      out.send(input.connection, say('farewell'));
      out.exit('clean', '');
    });
    expect(world.of('a').slice(2)).toEqual(['frame 1 farewell', 'closed 1 closed']);
  });

  it('asks a process to shut down that was still booting when it was stopped', () => {
    const world = new TestWorld();
    const b = world.scripted('b', nothing);
    b.start();
    b.stop();
    world.run(5_000);
    expect(world.of('b')).toEqual(['boot', 'shutdown']);
  });

  it('hears nothing of a connection that it closed itself', () => {
    const { world } = pair(
      (input, out) => {
        if (input.kind === 'boot') out.send(out.connect({ host: 'b', port: 9092 }), say('x'));
        if (input.kind === 'frame') {
          out.close(input.connection);
          out.send(input.connection, say('nobody hears this'));
        }
      },
      (input, out) => {
        if (input.kind === 'frame') for (const word of ['1', '2', '3']) out.send(input.connection, say(word));
      },
    );
    expect(world.of('a')).toEqual(['boot', 'connected 1', 'frame 1 1']);
    expect(world.of('b')).toEqual(['boot', 'accepted 1 on 9092', 'frame 1 x', 'closed 1 closed']);
  });

  it('sends what was to be sent before a close, also when the connection opens later', () => {
    const { world } = pair((input, out) => {
      if (input.kind !== 'boot') return;
      const connection = out.connect({ host: 'b', port: 9092 });
      out.send(connection, say('and gone'));
      out.close(connection);
    }, nothing);
    expect(world.of('b').slice(1)).toEqual(['accepted 1 on 9092', 'frame 1 and gone', 'closed 1 closed']);
    expect(world.of('a')).toEqual(['boot']);
  });

  it('gives every incarnation its own streams of randomness', () => {
    const world = new TestWorld();
    const draws: number[] = [];
    const b = world.scripted('b', (input, _out, _now, ports) => {
      if (input.kind === 'boot') draws.push(ports.random.stream('election').u32(), ports.incarnation);
    });
    b.start();
    world.run(5_000);
    b.kill();
    b.start();
    world.run(5_000);
    expect([draws[1], draws[3]]).toEqual([1, 2]);
    expect(draws[0]).not.toBe(draws[2]);
  });
});

describe('timers', () => {
  it('fire once at their time, are armed anew, and are disarmed', () => {
    const world = new TestWorld();
    const b = world.scripted('b', (input, out, now) => {
      if (input.kind === 'boot') {
        out.arm(1, now + 100);
        out.arm(2, now + 200);
        out.arm(3, now + 300);
        out.arm(3, now + 900);
        out.arm(4, now + 900);
        out.arm(4, now + 400);
        out.arm(5, now - 1_000);
      }
      if (input.kind === 'timer' && input.timer === 1) out.disarm(2);
    });
    b.start();
    world.run(5_000);
    expect(world.of('b', true)).toEqual([
      '1000 boot',
      '1000 timer 5',
      '1100 timer 1',
      '1400 timer 4',
      '1900 timer 3',
    ]);
  });

  it('follow the monotonic clock of their node', () => {
    const world = new TestWorld();
    const b = world.scripted(
      'b',
      (input, out, now) => {
        if (input.kind === 'boot') out.arm(1, now + 1_000_000);
      },
      { clock: { epochMs: 0, monotonicBaseUs: 77, monotonicDriftPpm: 100_000 } },
    );
    b.start();
    world.run(5_000_000);
    expect(world.of('b', true)[1]).toBe(`${1_000 + 909_091} timer 1`);
  });

  it('die with their process', () => {
    const world = new TestWorld();
    const b = world.scripted('b', (input, out, now, ports) => {
      if (input.kind === 'boot' && ports.incarnation === 1) out.arm(1, now + 1_000);
    });
    b.start();
    world.run(1_500);
    b.kill();
    b.start();
    world.run(50_000);
    expect(world.of('b')).toEqual(['boot', 'crash: killed', 'boot']);
  });

  it('that are disarmed while they wait for a thread never reach the machine', () => {
    const world = new TestWorld();
    const b = world.scripted('b', (input, out, now) => {
      if (input.kind === 'boot') {
        out.arm(1, now + 100);
        out.arm(2, now + 100);
        out.arm(3, now + 100);
      }
      if (input.kind === 'timer' && input.timer === 1) {
        out.disarm(2);
        out.arm(3, now + 50);
      }
    });
    b.start();
    world.run(1_050);
    b.pause();
    world.run(1_000);
    b.resume();
    world.run(1_000);
    expect(world.of('b', true)).toEqual(['1000 boot', '2050 timer 1', '2100 timer 3']);
  });
});

describe('work', () => {
  const prices = { ...FREE, request: 200_000 };
  const busy: Script = (input, out, now, ports) => {
    echo(input, out, now, ports);
    if (input.kind === 'frame') out.work.requests++;
  };

  it('holds effects back until it is done, and other inputs until a thread is free', () => {
    const { world } = pair(caller(['x', 'y']), busy, { prices });
    expect(world.of('b', true).slice(2)).toEqual(['6300 frame 1 x', '6500 frame 1 y']);
    expect(world.of('a', true).slice(2)).toEqual(['6600 frame 1 x!', '6800 frame 1 y!']);
  });

  it('overlaps on several threads, and frames of a connection still leave in the order of the steps', () => {
    const { world } = pair(
      caller(['slow', 'quick']),
      (input, out) => {
        if (input.kind !== 'frame') return;
        out.work.requests += wordOf(input.frame) === 'slow' ? 5 : 1;
        out.send(input.connection, say(`${wordOf(input.frame)}!`));
      },
      { prices, threads: 2 },
    );
    expect(world.of('b', true).slice(2)).toEqual(['6300 frame 1 slow', '6300 frame 1 quick']);
    expect(world.of('a', true).slice(2)).toEqual(['7400 frame 1 slow!', '7400 frame 1 quick!']);
  });

  it('below a microsecond is carried over, not forgotten', () => {
    const words = Array.from({ length: 10 }, (_, i) => `w${i}`);
    const { world } = pair(caller(words), busy, { prices: { ...FREE, request: 500 } });
    const last = world.of('a', true).at(-1)!;
    expect(last).toBe('6405 frame 1 w9!');
  });

  it('that is unfinished when the process dies has no effects', () => {
    const { world, b } = pair(caller([]), busy, { prices });
    world.run(10_000);
    const c = world.scripted('c', caller(['x']));
    c.start();
    world.run(1_400);
    expect(world.of('b').at(-1)).toBe('frame 2 x');
    b.kill();
    world.run(10_000);
    expect(world.of('c')).toEqual(['boot', 'connected 1', 'closed 1 reset']);
  });

  it('on a slow disk takes longer', () => {
    const { world, b } = pair(caller([]), (input, out, _now, ports) => {
      if (input.kind !== 'frame') return;
      ports.disk.append('/f', new Uint8Array(10));
      out.send(input.connection, say('written'));
    });
    b.disk.inject({ kind: 'slow', syncExtra: { floorUs: 0, tailUsMean: 0 }, operationUs: 3_000 });
    world.scripted('c', caller(['x'])).start();
    world.run(50_000);
    expect(world.of('c', true).at(-1)).toBe('14400 frame 1 written');
  });
});

describe('a frame that waits for a sync', () => {
  /** Answers the first frame after a sync, the others at once. */
  const durable: Script = (input, out, _now, ports) => {
    if (input.kind !== 'frame') return;
    const word = wordOf(input.frame);
    ports.disk.append('/f', new Uint8Array(10));
    if (word === 'x') out.send(input.connection, say('x!'), ports.disk.sync('/f'));
    else out.send(input.connection, say(`${word}!`));
  };

  it('leaves when the sync has ended, and holds back the later ones of its connection only', () => {
    const world = new TestWorld();
    world.scripted('b', durable).start();
    world.run(5_000);
    world.scripted('a', caller(['x', 'y'])).start();
    world.scripted('c', caller(['z'])).start();
    world.run(5_000);
    expect(world.of('a', true).slice(2)).toEqual(['6500 frame 1 x!', '6500 frame 1 y!']);
    expect(world.of('c', true).slice(2)).toEqual(['6400 frame 1 z!']);
    expect(world.of('b').at(-1)).toBe('synced 1 ok');
  });

  it('is never sent when the sync fails: its connection is reset on both sides', () => {
    const world = new TestWorld();
    const b = world.scripted('b', durable);
    b.start();
    b.disk.inject({ kind: 'error', operation: 'sync', path: '*', code: 'EIO' });
    world.run(5_000);
    world.scripted('a', caller(['x', 'y'])).start();
    world.run(5_000);
    expect(world.of('a').slice(2)).toEqual(['closed 1 reset']);
    expect(world.of('b').slice(-2)).toEqual(['closed 1 reset', 'synced 1 EIO']);
  });

  it('is dropped when the process dies first', () => {
    const { world, b } = pair(caller(['x']), durable, {}, {});
    world.run(1_000);
    expect(world.of('a').at(-1)).toBe('frame 1 x!');
    const c = world.scripted('c', caller(['x']));
    c.start();
    world.run(1_350);
    b.kill();
    world.run(10_000);
    expect(world.of('c')).toEqual(['boot', 'connected 1', 'closed 1 reset']);
  });
});

describe('work and a sync', () => {
  it('both hold a frame back, the longer one for longer', () => {
    const both: Script = (input, out, _now, ports) => {
      if (input.kind !== 'frame') return;
      out.work.requests += wordOf(input.frame) === 'much work' ? 4 : 1;
      ports.disk.append('/f', new Uint8Array(1));
      out.send(input.connection, say('!'), ports.disk.sync('/f'));
    };
    const prices = { ...FREE, request: 50_000 };
    for (const [word, at] of [
      ['little work', 6_500],
      ['much work', 6_600],
    ] as const)
      expect(
        pair(caller([word]), both, { prices })
          .world.of('a', true)
          .at(-1),
      ).toBe(`${at} frame 1 !`);
  });
});
