import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { STEADY, TestNet } from './wire-tap.ts';

describe('a connection', () => {
  it('opens after one round trip, and the listener sees it half a round trip later', () => {
    const net = new TestNet();
    const a = net.tap('a');
    const b = net.tap('b');
    b.listen();
    a.connect(b);
    net.run(1_000);
    expect(a.story).toEqual(['200 connected 1']);
    expect(b.story).toEqual(['300 accepted 9092']);
  });

  it('is refused after one round trip where nobody listens, and at once for a name nobody has', () => {
    const net = new TestNet();
    const a = net.tap('a');
    const b = net.tap('b');
    a.connect(b);
    net.network.connect(a.host, { host: 'nowhere', port: 1 }, a, 7);
    expect(a.story).toEqual([]);
    net.run(1_000);
    expect(a.story).toEqual(['0 7 refused', '200 1 refused']);
  });

  it('delivers what is sent before anything is known about the listener after the connection itself', () => {
    const net = new TestNet();
    const a = net.tap('a');
    const b = net.tap('b');
    b.listen();
    const end = a.connect(b);
    net.run(200);
    net.send(end, 'x');
    net.run(1_000);
    expect(b.story).toEqual(['300 accepted 9092', '300 got x']);
  });

  it.each([
    ['same host', 'r1', 'eu', 10],
    ['same rack', 'r1', 'eu', 100],
    ['same region', 'r2', 'eu', 1_000],
    ['other region', 'r1', 'us', 50_000],
  ])('between hosts at the distance "%s" takes that class of latency', (distance, rack, region, us) => {
    const net = new TestNet();
    const a = net.tap('a', 'r1', 'eu');
    const b = distance === 'same host' ? a : net.tap('b', rack, region);
    b.listen();
    a.connect(b);
    net.run(1_000_000);
    expect(a.story[0]).toBe(`${2 * us} connected 1`);
  });

  it('keeps the order of frames whatever latency draws, and loses none', () => {
    const sends = fc.array(fc.record({ after: fc.nat(300), size: fc.integer({ min: 1, max: 200_000 }) }), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(sends, fc.nat(1_000_000), (frames, seed) => {
        const link = { latency: { floorUs: 50, tailUsMean: 2_000 }, lossPpm: 20_000 };
        const net = new TestNet({ ...STEADY, links: { ...STEADY.links, 'same rack': link } }, String(seed));
        const { b, aEnd } = net.pair({ outBytesPerSecond: 100_000_000, inBytesPerSecond: 50_000_000 });
        net.run(10_000_000);
        frames.forEach(({ after, size }, i) => {
          net.run(after);
          net.send(aEnd, i, size);
        });
        net.run(600_000_000);
        expect(b.received).toEqual(frames.map((_, i) => i));
      }),
      { numRuns: 60 },
    );
  });

  it('keeps the order through cuts and heals at any time, in both directions', () => {
    const act = fc.record({
      after: fc.oneof(fc.nat(400_000), fc.nat(10_000), fc.nat(10_000)),
      what: fc.constantFrom('a sends', 'b sends', 'cut', 'cut back', 'heal' as const),
    });
    fc.assert(
      fc.property(fc.array(act, { minLength: 10, maxLength: 80 }), fc.nat(1_000), (acts, seed) => {
        const link = { latency: { floorUs: 50, tailUsMean: 30_000 }, lossPpm: 100_000 };
        const net = new TestNet(
          {
            ...STEADY,
            userTimeoutUs: 10 ** 12,
            windowBytes: 500,
            links: { ...STEADY.links, 'same rack': link },
          },
          String(seed),
        );
        const { a, b, aEnd } = net.pair();
        net.run(300_000_000);
        const bEnd = b.ends[0]!;
        const sent: { a: number[]; b: number[] } = { a: [], b: [] };
        acts.forEach(({ after, what }, i) => {
          net.run(after);
          if (what === 'cut') net.network.inject(['a'], ['b'], { kind: 'cut' });
          else if (what === 'cut back') net.network.inject(['b'], ['a'], { kind: 'cut' });
          else if (what === 'heal') net.network.healAll();
          else if (what === 'a sends') sent.a.push(i) && net.send(aEnd, i);
          else sent.b.push(i) && net.send(bEnd, i);
        });
        net.network.healAll();
        net.run(10 ** 10);
        expect(b.received).toEqual(sent.a);
        expect(a.received).toEqual(sent.b);
      }),
      { numRuns: 300 },
    );
  });

  it('closes in order: what was sent before still arrives', () => {
    const net = new TestNet();
    const { a, b, aEnd } = net.pair();
    net.send(aEnd, 'last');
    net.network.close(aEnd);
    net.send(aEnd, 'too late');
    net.run(1_000);
    expect(b.story).toEqual(['1100 got last', '1100 1 closed']);
    expect(a.story).toEqual([]);
  });

  it('answers with a reset what is sent to a side that has closed', () => {
    const net = new TestNet();
    const { a, aEnd, bEnd } = net.pair();
    net.network.inject(['b'], ['a'], { kind: 'cut' });
    net.network.close(bEnd);
    net.run(1_000);
    net.network.healAll();
    net.send(aEnd, 'hello?');
    net.run(10_000);
    expect(a.story).toEqual(['2200 1 reset']);
  });

  it('of a killed process resets its peer, behind what had left before', () => {
    const net = new TestNet();
    const { a, b, bEnd } = net.pair();
    net.send(bEnd, 'farewell');
    net.network.abortProcess(b.host, b);
    net.run(1_000);
    expect(a.story).toEqual(['1100 got farewell', '1100 1 reset']);
    expect(b.story).toEqual([]);
    a.connect(b);
    net.run(1_000);
    expect(a.story.at(-1)).toMatch(/refused$/);
  });

  it('charges bytes to the sender card, then lets the next frame start', () => {
    const net = new TestNet();
    const { b, aEnd } = net.pair({ outBytesPerSecond: 1_000_000, inBytesPerSecond: 0 });
    net.run(9_000);
    net.send(aEnd, 'x', 1_000);
    net.send(aEnd, 'y', 1_000);
    net.run(100_000);
    expect(b.story).toEqual(['11100 got x', '12100 got y']);
  });

  it('queues at the receiving card when two senders meet there', () => {
    const net = new TestNet();
    const nic = { outBytesPerSecond: 1_000_000, inBytesPerSecond: 1_000_000 };
    const { b, aEnd } = net.pair(nic);
    const c = net.tap('c', 'r1', 'eu', nic);
    const cEnd = c.connect(b);
    net.run(9_000);
    net.send(aEnd, 'x', 1_000);
    net.send(cEnd, 'y', 1_000);
    net.run(100_000);
    // Alone each takes 1 ms on the wire; together the second waits for the first.
    expect(b.story.slice(1)).toEqual(['11100 got x', '12100 got y']);
  });

  it('delays other connections by nothing: there is no order between two of them', () => {
    const net = new TestNet();
    const { b, a, aEnd } = net.pair();
    const other = a.connect(b);
    net.run(1_000);
    net.network.inject(['a'], ['b'], { kind: 'lose', ppm: 999_999 });
    net.send(aEnd, 'slow');
    net.network.healAll();
    net.send(other, 'fast');
    net.run(500);
    expect(b.received).toEqual(['fast']);
  });
});
