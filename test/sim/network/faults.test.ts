import { describe, expect, it } from 'vitest';
import { STEADY, TestNet } from './wire-tap.ts';

describe('a cut', () => {
  it('is silence; healed in time, everything arrives in order at a retransmission', () => {
    const net = new TestNet();
    const { a, b, aEnd } = net.pair();
    const cut = net.network.injectBothWays(['a'], ['b'], { kind: 'cut' });
    net.send(aEnd, 'x');
    net.run(1_000_000);
    net.send(aEnd, 'y');
    net.run(2_500_000);
    expect(b.story).toEqual([]);
    net.network.heal(cut);
    net.run(10_000_000);
    // Sent at 1 ms, repeated 0.2, 0.6, 1.4, 3.0 and 6.2 s later; healed at 3.5 s, so the last of them gets
    // through.
    expect(b.story).toEqual(['6201100 got x', '6201100 got y']);
    expect(a.story).toEqual([]);
  });

  it('that outlasts the user time-out breaks the connection for the side that had something to say', () => {
    const net = new TestNet();
    const { a, b, aEnd } = net.pair();
    net.network.injectBothWays(['a'], ['b'], { kind: 'cut' });
    net.send(aEnd, 'x');
    net.run(100_000_000);
    expect(a.story).toEqual(['30001000 1 timed out']);
    // Half-open: b had nothing to say and still believes.
    expect(b.story).toEqual([]);
    net.network.healAll();
    net.send(b.ends[0]!, 'are you there?');
    net.run(1_000_000);
    expect(b.story.map((line) => line.replace(/^\d+ /, ''))).toEqual(['1 reset']);
    expect(b.received).toEqual([]);
  });

  it('of one way lets frames through, up to a window, and then times their sender out', () => {
    const net = new TestNet({ ...STEADY, windowBytes: 250 });
    const { a, b, aEnd } = net.pair();
    net.network.inject(['b'], ['a'], { kind: 'cut' });
    for (const name of ['x', 'y', 'z']) net.send(aEnd, name);
    net.run(1_000);
    expect(b.received).toEqual(['x', 'y']);
    net.run(60_000_000);
    expect(a.story).toEqual(['30001000 1 timed out']);
  });

  it('of one way, healed in time, is not noticed', () => {
    const net = new TestNet({ ...STEADY, windowBytes: 250 });
    const { a, b, aEnd } = net.pair();
    const cut = net.network.inject(['b'], ['a'], { kind: 'cut' });
    for (const name of ['x', 'y', 'z']) net.send(aEnd, name);
    net.run(5_000_000);
    net.network.heal(cut);
    net.run(60_000_000);
    expect(b.received).toEqual(['x', 'y', 'z']);
    expect(a.story).toEqual([]);
  });

  it('lets a connect wait for its next SYN, or time out', () => {
    const net = new TestNet();
    const a = net.tap('a');
    const b = net.tap('b');
    b.listen();
    const cut = net.network.inject(['a'], ['b'], { kind: 'cut' });
    a.connect(b);
    net.run(2_000_000);
    net.network.heal(cut);
    net.run(5_000_000);
    expect(a.story).toEqual(['3000200 connected 1']);
    net.network.inject(['b'], ['a'], { kind: 'cut' });
    a.connect(b);
    net.run(200_000_000);
    expect(a.story[1]).toBe('134000000 2 timed out');
    expect(b.story.length).toBe(1);
  });

  it('is only between the sets that it names, and heals alone', () => {
    const net = new TestNet();
    const hub = net.tap('hub');
    hub.listen();
    const ends = ['p', 'q'].map((name) => net.tap(name).connect(hub));
    net.run(1_000);
    const both = net.network.inject(['p', 'q'], ['hub'], { kind: 'cut' });
    const one = net.network.inject(['p'], ['hub'], { kind: 'cut' });
    net.network.heal(both);
    ends.forEach((end, i) => {
      net.send(end, i);
    });
    net.run(1_000);
    expect(hub.received).toEqual([1]);
    net.network.heal(one);
    net.run(1_000_000);
    expect(hub.received).toEqual([1, 0]);
    expect(net.network.faults).toBe(0);
  });
});

describe('a machine without power', () => {
  it('is silent; back again it resets whoever speaks to it', () => {
    const net = new TestNet();
    const { a, b, aEnd } = net.pair();
    net.network.powerOff(b.host);
    net.send(aEnd, 'x');
    net.run(5_000_000);
    expect(a.story).toEqual([]);
    net.network.powerOn(b.host);
    net.run(5_000_000);
    expect(a.story).toEqual(['6201200 1 reset']);
    expect(b.story).toEqual([]);
  });

  it('leaves an idle peer half-open for ever', () => {
    const net = new TestNet();
    const { a, b } = net.pair();
    net.network.powerOff(b.host);
    net.run(10_000_000);
    net.network.powerOn(b.host);
    net.run(10 ** 10);
    expect(a.story).toEqual([]);
  });

  it('still gets out what had left its card, and nothing that waited there', () => {
    const net = new TestNet();
    const { a, b, bEnd } = net.pair({ outBytesPerSecond: 1_000_000, inBytesPerSecond: 0 });
    net.run(9_000);
    net.send(bEnd, 'gone out', 1_000);
    net.send(bEnd, 'queued', 1_000);
    net.run(1_050);
    net.network.powerOff(b.host);
    net.run(1_000_000);
    expect(a.received).toEqual(['gone out']);
  });

  it('lets a connect time out, and refuses it once it is back with nobody listening', () => {
    const net = new TestNet();
    const { a, b } = net.pair();
    net.network.powerOff(b.host);
    a.connect(b);
    net.run(2_500_000);
    net.network.powerOn(b.host);
    net.run(10_000_000);
    expect(a.story).toEqual(['3001200 2 refused']);
  });
});

describe('other faults', () => {
  it('delay adds latency until it is healed', () => {
    const net = new TestNet();
    const { b, aEnd } = net.pair();
    const slow = net.network.inject(['a'], ['b'], {
      kind: 'delay',
      extra: { floorUs: 5_000, tailUsMean: 0 },
    });
    net.send(aEnd, 'x');
    net.run(9_000);
    net.network.heal(slow);
    net.send(aEnd, 'y');
    net.run(9_000);
    expect(b.story).toEqual(['6100 got x', '10100 got y']);
  });

  it('a rate limit spreads bytes over time, the tightest of several', () => {
    const net = new TestNet();
    const { b, aEnd } = net.pair();
    const tight = net.network.inject(['a'], ['b'], { kind: 'limit', bytesPerSecond: 10_000 });
    net.network.inject(['a'], ['b'], { kind: 'limit', bytesPerSecond: 1_000_000 });
    net.send(aEnd, 'x', 1_000);
    net.run(999_000);
    net.network.heal(tight);
    net.send(aEnd, 'y', 1_000);
    net.run(9_000);
    expect(b.story).toEqual(['101100 got x', '1001100 got y']);
  });

  it('loss shows as delay, and heals', () => {
    const net = new TestNet();
    const { b, aEnd } = net.pair();
    const lossy = net.network.inject(['a'], ['b'], { kind: 'lose', ppm: 300_000 });
    for (let i = 0; i < 200; i++) net.send(aEnd, i);
    net.run(25_000_000);
    expect(b.received.length).toBe(200);
    const late = b.story.filter((line) => Number(line.split(' ')[0]) > 200_000).length;
    expect(late).toBeGreaterThan(100);
    net.network.heal(lossy);
    const from = net.kernel.now;
    net.send(aEnd, 'clean');
    net.run(1_000);
    expect(b.story.at(-1)).toBe(`${from + 100} got clean`);
  });

  it('loss of nearly everything ends in a time-out', () => {
    const net = new TestNet();
    const { a, b, aEnd } = net.pair();
    net.network.inject(['a'], ['b'], { kind: 'lose', ppm: 2_000_000 });
    net.send(aEnd, 'x');
    net.run(40_000_000);
    expect(b.received).toEqual([]);
    expect(a.story).toEqual(['30001000 1 timed out']);
  });

  it('corruption hands the receiver a damaged copy until it is healed', () => {
    const net = new TestNet();
    const { b, aEnd } = net.pair();
    const fault = net.network.inject(['a'], ['b'], { kind: 'corrupt', ppm: 1_000_000 });
    net.send(aEnd, 'x');
    net.run(1_000);
    net.network.heal(fault);
    net.send(aEnd, 'y');
    net.run(1_000);
    expect(b.received).toEqual(['damaged x', 'y']);
  });

  it('a reset breaks every connection between two sets, on both sides', () => {
    const net = new TestNet();
    const { a, b } = net.pair();
    const c = net.tap('c');
    c.connect(b);
    net.run(1_000);
    b.story.length = 0;
    expect(net.network.reset(['b'], ['a'])).toBe(1);
    expect(a.story).toEqual(['2000 1 reset']);
    expect(b.story).toEqual(['2000 1 reset']);
    net.run(1_000_000);
    expect(c.story.length).toBe(1);
  });

  it('the same seed gives the same events, another seed others', () => {
    const digest = (seed: string) => {
      const link = { latency: { floorUs: 50, tailUsMean: 500 }, lossPpm: 50_000 };
      const net = new TestNet({ ...STEADY, links: { ...STEADY.links, 'same rack': link } }, seed);
      const events: string[] = [];
      net.kernel.observer = (at, seq, kind) => events.push(`${at} ${seq} ${kind}`);
      const { aEnd } = net.pair();
      net.run(5_000_000);
      for (let i = 0; i < 50; i++) net.send(aEnd, i);
      net.run(60_000_000);
      return events.join('\n');
    };
    expect(digest('one')).toBe(digest('one'));
    expect(digest('one')).not.toBe(digest('two'));
  });
});
