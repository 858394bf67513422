import { describe, expect, it } from 'vitest';
import { TestNet } from './wire-tap.ts';

describe('a jam', () => {
  it('of one way queues, and lets go at once and in order when it is healed', () => {
    const net = new TestNet();
    const { a, b, aEnd } = net.pair();
    const jam = net.network.inject(['a'], ['b'], { kind: 'clog' });
    net.send(aEnd, 'x');
    net.run(1_000_000);
    net.send(aEnd, 'y');
    net.run(2_500_000);
    expect(b.story).toEqual([]);
    net.network.heal(jam);
    const healed = net.kernel.now;
    net.run(1_000);
    // A cut would wait for the sender’s next retransmission, seconds later.
    expect(b.story).toEqual([`${healed + 100} got x`, `${healed + 100} got y`]);
    expect(a.story).toEqual([]);
  });

  it('under a cut stays until both are healed', () => {
    const net = new TestNet();
    const { b, aEnd } = net.pair();
    const jam = net.network.inject(['a'], ['b'], { kind: 'clog' });
    const cut = net.network.inject(['a'], ['b'], { kind: 'cut' });
    net.send(aEnd, 'x');
    net.run(1_000_000);
    net.network.heal(jam);
    net.run(1_000_000);
    expect(b.received).toEqual([]);
    net.network.heal(cut);
    net.run(10_000_000);
    expect(b.received).toEqual(['x']);
  });
});

describe('who accepts and stays silent', () => {
  it('lets others connect and speak, and is not heard until it heals', () => {
    const net = new TestNet();
    const { a, b, aEnd } = net.pair();
    const mute = net.network.inject(['b'], ['a'], { kind: 'mute' });
    a.connect(b);
    net.run(10_000);
    expect(a.story.map((line) => line.replace(/^\d+ /, ''))).toEqual(['connected 2']);
    net.send(aEnd, 'hello?');
    net.send(b.ends[0]!, 'hello!');
    net.run(1_000_000);
    expect(b.received).toEqual(['hello?']);
    expect(a.received).toEqual([]);
    net.network.heal(mute);
    net.run(10_000_000);
    expect(a.received).toEqual(['hello!']);
  });
});

describe('a half-open connection', () => {
  it('swallows what is said to the side that lost it, and resets who speaks when it heals', () => {
    const net = new TestNet();
    const { a, b, bEnd } = net.pair();
    const heal = net.network.halfOpen(['a'], ['b']);
    expect(a.story.map((line) => line.replace(/^\d+ /, ''))).toEqual(['1 reset']);
    net.send(bEnd, 'x');
    net.run(5_000_000);
    expect(b.story).toEqual([]);
    heal();
    net.run(10_000_000);
    expect(b.story.map((line) => line.replace(/^\d+ /, ''))).toEqual(['1 reset']);
    expect(a.received).toEqual([]);
  });

  it('a reset of one side is heard by the other when it speaks', () => {
    const net = new TestNet();
    const { a, b, bEnd } = net.pair();
    expect(net.network.reset(['a'], ['b'], 'from')).toBe(1);
    net.run(1_000_000);
    expect(a.story).toHaveLength(1);
    expect(b.story).toEqual([]);
    net.send(bEnd, 'x');
    net.run(1_000);
    expect(b.story.map((line) => line.replace(/^\d+ /, ''))).toEqual(['1 reset']);
  });
});

describe('a long tail', () => {
  it('makes every packet up to so much later when all are hit, and none when healed', () => {
    const net = new TestNet();
    const { b, aEnd } = net.pair();
    const tail = net.network.inject(['a'], ['b'], { kind: 'tail', ppm: 999_999, upToUs: 1_000_000 });
    const sent = net.kernel.now;
    net.send(aEnd, 'x');
    net.run(2_000_000);
    const late = Number(b.story[0]!.split(' ')[0]) - sent;
    expect(late).toBeGreaterThan(100);
    expect(late).toBeLessThanOrEqual(1_000_100);
    net.network.heal(tail);
    const again = net.kernel.now;
    net.send(aEnd, 'y');
    net.run(1_000);
    expect(b.story[1]).toBe(`${again + 100} got y`);
  });
});
