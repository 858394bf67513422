import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isActive } from '../../../engine/metadata/index.ts';
import { ErrorCode, type ProduceResponse } from '../../../engine/wire/index.ts';
import { type Answer, TestCluster, topicIdOf, valuesIn } from './cluster.ts';

/**
 * Three replicas under random delays, crashes of processes, fencing, elections out of the ISR, and metadata that
 * reaches brokers at different times. What must hold, whatever happens: once all is healed every log is the same, and
 * what was acknowledged under acks=all is in it where the acknowledgement said.
 */
type Step =
  | { readonly kind: 'produce'; readonly broker: number; readonly acks: number }
  | { readonly kind: 'deliver'; readonly choice: number }
  | { readonly kind: 'run'; readonly ms: number }
  | { readonly kind: 'crash' | 'restart' | 'publish' | 'fence' | 'unfence'; readonly broker: number }
  | { readonly kind: 'elect'; readonly choice: number };

const broker = fc.integer({ min: 1, max: 3 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('produce' as const), broker, acks: fc.constantFrom(-1, -1, 1) }),
  },
  { weight: 16, arbitrary: fc.record({ kind: fc.constant('deliver' as const), choice: fc.nat(9) }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('run' as const), ms: fc.constantFrom(1, 500, 1_000, 16_000) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'crash' as const,
        'restart' as const,
        'publish' as const,
        'fence' as const,
        'unfence' as const,
      ),
      broker,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('elect' as const), choice: fc.nat(2) }) },
);

interface Sent {
  readonly value: string;
  readonly acks: number;
  readonly answer: Answer<ProduceResponse>;
}

/** Delivers one call of those that wait; time passes without deliveries in the hands of the test. */
function deliverOne(cluster: TestCluster, choice: number): void {
  const ready = cluster.calls.filter((call) => call.stage !== 'in process');
  const call = ready[choice % Math.max(1, ready.length)];
  if (call !== undefined) cluster.deliver(call);
}

/** What a controller does when a broker is gone: out of the ISR (never the last one), and a new leader out of it. */
function removeFromIsr(cluster: TestCluster, id: number): void {
  const partition = cluster.truth.partition(topicIdOf('t'), 0);
  if (partition === undefined || !partition.isr.includes(id)) return;
  const isr = partition.isr.length === 1 ? partition.isr : partition.isr.filter((each) => each !== id);
  const candidate = isr.find((each) => each !== id && isActive(cluster.truth.broker(each)));
  if (partition.leader === id) cluster.change('t', { leader: candidate ?? -1, isr });
  else cluster.change('t', { isr });
}

function electIfLeaderless(cluster: TestCluster): void {
  const partition = cluster.truth.partition(topicIdOf('t'), 0);
  if (partition === undefined || partition.leader !== -1) return;
  const candidate = partition.isr.find((each) => isActive(cluster.truth.broker(each)));
  if (candidate !== undefined) cluster.change('t', { leader: candidate });
}

function apply(cluster: TestCluster, action: Step, sent: Sent[]): void {
  switch (action.kind) {
    case 'produce': {
      if (!cluster.broker(action.broker).isUp || cluster.broker(action.broker).image.topicsByName.size === 0)
        return;
      const value = `v${sent.length}`;
      sent.push({
        value,
        acks: action.acks,
        answer: cluster.produce(action.broker, 't', [value], action.acks),
      });
      return;
    }
    case 'deliver':
      deliverOne(cluster, action.choice);
      return;
    case 'run':
      cluster.run(action.ms);
      return;
    case 'publish':
      cluster.publish(action.broker);
      return;
    case 'crash':
      if (cluster.broker(action.broker).isUp) cluster.broker(action.broker).crash();
      return;
    case 'restart': {
      const node = cluster.broker(action.broker);
      if (node.isUp) return;
      removeFromIsr(cluster, action.broker);
      cluster.register(action.broker);
      electIfLeaderless(cluster);
      node.restart();
      return;
    }
    case 'fence':
      if (!isActive(cluster.truth.broker(action.broker))) return;
      cluster.fence(action.broker);
      removeFromIsr(cluster, action.broker);
      return;
    case 'unfence':
      if (isActive(cluster.truth.broker(action.broker))) return;
      cluster.unfence(action.broker);
      electIfLeaderless(cluster);
      return;
    case 'elect': {
      const partition = cluster.truth.partition(topicIdOf('t'), 0);
      const eligible = partition?.isr.filter((id) => isActive(cluster.truth.broker(id))) ?? [];
      const leader = eligible[action.choice % Math.max(1, eligible.length)];
      if (leader !== undefined && partition !== undefined)
        cluster.change('t', { leader, isr: partition.isr });
    }
  }
}

function heal(cluster: TestCluster): void {
  cluster.holds = () => false;
  cluster.publishes = true;
  for (const [id, node] of cluster.brokers) {
    if (!node.isUp) apply(cluster, { kind: 'restart', broker: id }, []);
    if (!isActive(cluster.truth.broker(id))) cluster.unfence(id);
  }
  electIfLeaderless(cluster);
  cluster.publish();
  cluster.run(70_000);
}

function contents(cluster: TestCluster, id: number): string[] {
  return valuesIn([...cluster.broker(id).log('t').batches(0)]);
}

test('no acknowledged record is lost and no log diverges below its high watermark', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 120 }), (steps) => {
      const cluster = new TestCluster([1, 2, 3]);
      cluster.createTopic('t', [1, 2, 3], { minIsr: 2 });
      cluster.publishes = false;
      cluster.holds = () => true;
      const sent: Sent[] = [];
      for (const action of steps) apply(cluster, action, sent);
      heal(cluster);
      const partition = cluster.truth.partition(topicIdOf('t'), 0)!;
      expect(partition.isr).toEqual([1, 2, 3]);
      // A follower that dropped an answer for its epoch has dropped the high watermark in it, and its session
      // tells only changes: as in Kafka, it learns with the next one.
      sent.push({ value: 'last', acks: -1, answer: cluster.produce(partition.leader, 't', ['last']) });
      cluster.run(1_000);
      expect(sent.at(-1)?.answer.ended).toBe('answered');
      const kept = contents(cluster, partition.leader);
      for (const id of [1, 2, 3]) {
        expect(contents(cluster, id)).toEqual(kept);
        expect(cluster.broker(id).log('t').highWatermark).toBe(kept.length);
      }
      for (const { value, acks, answer } of sent) {
        const result = answer.body?.responses[0]?.partitionResponses[0];
        if (acks !== -1 || result?.errorCode !== ErrorCode.NONE) continue;
        expect(kept[result.baseOffset]).toBe(value);
      }
    }),
    { numRuns: 120, seed: 7 },
  );
});
