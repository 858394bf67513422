import { describe, expect, it } from 'vitest';
import { assert } from '../../../engine/machine/index.ts';
import { FREE } from '../../../sim/host/index.ts';
import { caller, nothing, pair } from './scripts.ts';
import { type Script, say, TestWorld } from './test-world.ts';

describe('a crash', () => {
  it('by a failed assertion ends the process and tells the world, with the facts that came before', () => {
    const { world, b } = pair(caller(['x']), (input, out) => {
      if (input.kind !== 'frame') return;
      out.send(input.connection, say('never leaves'));
      out.fact({ fact: 'metadata applied', metadataOffset: 1 });
      assert(false, 'the high watermark is below the log start');
    });
    expect(world.of('b').slice(2)).toEqual([
      'frame 1 x',
      'fact metadata applied',
      'crash: AssertionFailure: the high watermark is below the log start',
    ]);
    expect(world.of('a').slice(1)).toEqual(['connected 1', 'closed 1 reset']);
    expect(b.state).toBe('dead');
    expect(b.machine).toBe(null);
  });

  it('in the making of the machine is told as well', () => {
    const world = new TestWorld();
    const b = world.host('b', () => {
      throw new Error('no configuration');
    });
    b.start();
    world.run(5_000);
    expect(world.of('b')).toEqual(['crash: Error: no configuration']);
    expect(b.state).toBe('dead');
  });

  it('by a kill resets peers and keeps the page cache', () => {
    const { world, b } = pair(caller(['x']), (input, _out, _now, ports) => {
      if (input.kind === 'frame') ports.disk.append('/f', new Uint8Array(10));
    });
    b.kill();
    world.run(5_000);
    expect(world.of('a').at(-1)).toBe('closed 1 reset');
    expect(b.disk.size('/f')).toBe(10);
  });

  it('by a loss of power is silence; back again, the old connection is answered with a reset', () => {
    const sender: Script = (input, out, now) => {
      if (input.kind === 'boot') out.connect({ host: 'b', port: 9092 });
      if (input.kind === 'connected') out.arm(1, now + 10_000);
      if (input.kind === 'timer') out.send(1, say('are you there?'));
    };
    const { world, b } = pair(sender, nothing);
    b.powerOff();
    world.run(1_000_000);
    expect(b.state).toBe('off');
    expect(world.of('a')).toEqual(['boot', 'connected 1', 'timer 1']);
    b.powerOn();
    world.run(10_000_000);
    expect(world.of('a').at(-1)).toBe('closed 1 reset');
    expect(world.of('b')).toEqual(['boot', 'accepted 1 on 9092', 'crash: power lost', 'boot']);
  });

  it('of the power with a machine that stays off until it is told otherwise', () => {
    const { world, b } = pair(nothing, nothing);
    b.powerOff();
    b.start();
    world.run(100_000);
    expect(b.state).toBe('off');
    b.powerOn(false);
    world.run(100_000);
    expect(b.state).toBe('dead');
    b.start();
    world.run(100_000);
    expect([b.state, b.incarnation]).toEqual(['running', 2]);
  });

  it('while the process boots or the machine starts makes what was under way stale', () => {
    const world = new TestWorld();
    const b = world.scripted('b', nothing);
    b.start();
    world.run(600);
    b.kill();
    b.start();
    world.run(600);
    expect(b.state).toBe('booting');
    world.run(5_000);
    b.powerOff();
    b.powerOn();
    world.run(6_000);
    b.powerOff();
    b.powerOn();
    world.run(6_000);
    expect(b.state).toBe('dead');
    world.run(6_000);
    expect(world.of('b')).toEqual([
      'crash: killed',
      'boot',
      'crash: power lost',
      'crash: power lost',
      'boot',
    ]);
  });

  it('may be caused by whoever hears a fact, a probe, a sending or a delivery', () => {
    const telling: Script = (input, out) => {
      if (input.kind !== 'frame') return;
      out.fact({ fact: 'metadata applied', metadataOffset: 1 });
      out.probe('rare');
      out.send(input.connection, say('first'));
      out.send(input.connection, say('second'));
    };
    for (const prices of [FREE, { ...FREE, step: 5_000 }])
      for (const [moment, heard] of [
        ['metadata applied', []],
        ['rare', []],
        ['sent first to a', ['frame 1 first']],
        ['delivered x from a', []],
      ] as const) {
        const world = new TestWorld();
        const b = world.scripted('b', telling, { prices });
        let after = 0;
        world.listener = (host, what) => {
          if (host.state === 'dead' && what.startsWith('sent')) after++;
          if (what === moment) host.kill();
        };
        b.start();
        world.run(5_000);
        world.scripted('a', caller(['x'])).start();
        world.run(5_000);
        expect(world.of('a').slice(2)).toEqual([...heard, 'closed 1 reset']);
        expect(after).toBe(0);
        expect(b.state).toBe('dead');
      }
  });
});

describe('a pause', () => {
  it('queues inputs, keeps connections, makes timers late; healed, all comes in order', () => {
    const { world, a, b } = pair(caller(['x']), (input, out, now) => {
      if (input.kind === 'boot') out.arm(9, now + 20_000);
      if (input.kind === 'frame') out.send(input.connection, say('!'));
    });
    b.pause();
    expect(b.paused).toBe(true);
    const c = world.scripted('c', caller(['y']));
    c.start();
    world.run(1_000_000);
    expect(world.of('c')).toEqual(['boot', 'connected 1']);
    expect(b.waiting).toBe(3);
    b.resume();
    world.run(1_000);
    const from = 1_010_000;
    expect(world.of('b', true).slice(-3)).toEqual([
      `${from} accepted 2 on 9092`,
      `${from} frame 2 y`,
      `${from} timer 9`,
    ]);
    expect(world.of('c').at(-1)).toBe('frame 1 !');
    expect(a.state).toBe('running');
  });

  it('holds back frames whose work or sync ends meanwhile', () => {
    const { world, b } = pair(
      caller([]),
      (input, out, _now, ports) => {
        if (input.kind !== 'frame') return;
        out.work.requests++;
        ports.disk.append('/f', new Uint8Array(1));
        out.send(input.connection, say('!'), ports.disk.sync('/f'));
      },
      { prices: { ...FREE, request: 50_000 } },
    );
    world.scripted('c', caller(['x'])).start();
    world.run(1_310);
    b.pause();
    world.run(100_000);
    expect(world.of('c')).toEqual(['boot', 'connected 1']);
    b.resume();
    world.run(1_000);
    expect(world.of('c').at(-1)).toBe('frame 1 !');
  });

  it('of a process that is killed ends with it', () => {
    const { world, b } = pair(nothing, nothing);
    b.pause();
    b.kill();
    b.start();
    world.run(5_000);
    expect(b.paused).toBe(false);
    expect(world.of('b')).toEqual(['boot', 'crash: killed', 'boot']);
  });
});
