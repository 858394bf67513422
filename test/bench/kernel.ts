import { Bench } from 'tinybench';
import { Kernel } from '../../sim/kernel/index.ts';
import { RandomStreams } from '../../sim/random/index.ts';

/** One measured row. */
export interface BenchRow {
  readonly name: string;
  readonly unit: string;
  readonly perSecond: number;
  /** Relative margin of error, percent. */
  readonly rme: number;
}

const EVENTS = 200_000;

/** The hold model: `pending` events wait, each schedules the next when it runs; one event is one pop and one push. */
function hold(pending: number, delayUs: number): () => void {
  const kernel = new Kernel();
  const random = new RandomStreams('bench').stream('hold');
  const tick = kernel.register<null>('tick', () => {
    kernel.schedule(kernel.now + random.below(delayUs), tick, null);
  });
  for (let i = 0; i < pending; i++) kernel.schedule(random.below(delayUs), tick, null);
  return () => {
    kernel.run(Number.MAX_SAFE_INTEGER, EVENTS);
  };
}

/** As above, and every event also arms a time-out and disarms the one before: what requests do. */
function holdWithTimeouts(pending: number): () => void {
  const kernel = new Kernel();
  const random = new RandomStreams('bench').stream('hold');
  const timeout = kernel.register<null>('time-out', () => {});
  const handles = new Float64Array(pending);
  const tick = kernel.register<null>('tick', (_, i) => {
    kernel.cancel(handles[i]!);
    handles[i] = kernel.schedule(kernel.now + 30_000_000, timeout, null);
    kernel.schedule(kernel.now + random.below(1_000), tick, null, i);
  });
  for (let i = 0; i < pending; i++) kernel.schedule(random.below(1_000), tick, null, i);
  return () => {
    kernel.run(Number.MAX_SAFE_INTEGER, EVENTS);
  };
}

/** How many events a second the queue alone carries. */
export async function kernelBench(): Promise<BenchRow[]> {
  const bench = new Bench({ iterations: 24, time: 0, warmupIterations: 4, warmupTime: 0 });
  for (const pending of [64, 1_000, 10_000, 100_000]) {
    bench.add(`hold ${pending}, near (below 1 ms)`, hold(pending, 1_000));
    bench.add(`hold ${pending}, far (below 1 s)`, hold(pending, 1_000_000));
  }
  bench.add('hold 1000 with time-outs', holdWithTimeouts(1_000));
  await bench.run();
  return bench.tasks.map((task) => {
    const { result } = task;
    if (!('throughput' in result)) throw new Error(`${task.name} did not run`);
    return {
      name: `kernel, ${task.name}`,
      unit: 'events',
      perSecond: Math.round(result.throughput.mean * EVENTS),
      rme: Math.round(result.throughput.rme * 100) / 100,
    };
  });
}
