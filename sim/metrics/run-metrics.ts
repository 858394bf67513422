import type { Series } from '../result/index.ts';
import { Histogram } from './histogram.ts';

/** What the cluster looks like at one moment. */
export interface ClusterSample {
  readonly isrTotal: number;
  readonly isrMin: number;
  readonly underReplicated: number;
  readonly leaderless: number;
  readonly highWatermarkLag: number;
  readonly consumerLag: number;
}

type Column = 'produced' | 'acknowledged' | 'consumed' | 'acknowledgedBytes';

/** Counts and latencies by interval of simulated time, from the start of the traffic. */
export class RunMetrics {
  readonly #intervalUs: number;
  readonly #fromUs: number;
  readonly #columns: Record<Column, number[]> = {
    produced: [],
    acknowledged: [],
    consumed: [],
    acknowledgedBytes: [],
  };
  readonly #latency: Histogram[] = [];
  readonly #endToEnd: Histogram[] = [];
  readonly #samples: ClusterSample[] = [];

  constructor(fromUs: number, intervalUs: number) {
    this.#fromUs = fromUs;
    this.#intervalUs = intervalUs;
  }

  get intervalUs(): number {
    return this.#intervalUs;
  }

  onProduced(at: number): void {
    this.#add('produced', at, 1);
  }

  /** One record, and when it was sent. */
  onLatency(at: number, sentAt: number): void {
    this.#histogram(this.#latency, at).record(at - sentAt);
  }

  onAcknowledged(at: number, records: number, bytes: number): void {
    this.#add('acknowledged', at, records);
    this.#add('acknowledgedBytes', at, bytes);
  }

  onConsumed(at: number, records: number): void {
    this.#add('consumed', at, records);
  }

  onFirstRead(at: number, sentAt: number): void {
    this.#histogram(this.#endToEnd, at).record(at - sentAt);
  }

  /** Of the whole run. */
  get produceLatency(): Histogram {
    return merged(this.#latency);
  }

  get endToEnd(): Histogram {
    return merged(this.#endToEnd);
  }

  /** At the end of each interval, in order. */
  onSample(sample: ClusterSample): void {
    this.#samples.push(sample);
  }

  series(): Series {
    const length = this.#samples.length;
    const column = (values: readonly number[]): number[] => Array.from({ length }, (_, i) => values[i] ?? 0);
    const quantile = (histograms: readonly Histogram[], perMillion: number): number[] =>
      Array.from({ length }, (_, i) => histograms[i]?.quantile(perMillion) ?? -1);
    const sampled = (field: keyof ClusterSample): number[] => this.#samples.map((sample) => sample[field]);
    return {
      intervalUs: this.#intervalUs,
      produced: column(this.#columns.produced),
      acknowledged: column(this.#columns.acknowledged),
      consumed: column(this.#columns.consumed),
      acknowledgedBytes: column(this.#columns.acknowledgedBytes),
      latencyP50: quantile(this.#latency, 500_000),
      latencyP99: quantile(this.#latency, 990_000),
      endToEndP50: quantile(this.#endToEnd, 500_000),
      endToEndP99: quantile(this.#endToEnd, 990_000),
      isrTotal: sampled('isrTotal'),
      isrMin: sampled('isrMin'),
      underReplicated: sampled('underReplicated'),
      leaderless: sampled('leaderless'),
      highWatermarkLag: sampled('highWatermarkLag'),
      consumerLag: sampled('consumerLag'),
    };
  }

  #interval(at: number): number {
    return Math.max(0, Math.floor((at - this.#fromUs) / this.#intervalUs));
  }

  #add(name: Column, at: number, amount: number): void {
    const column = this.#columns[name];
    const interval = this.#interval(at);
    while (column.length <= interval) column.push(0);
    column[interval] = column[interval]! + amount;
  }

  #histogram(histograms: Histogram[], at: number): Histogram {
    const interval = this.#interval(at);
    while (histograms.length <= interval) histograms.push(new Histogram());
    return histograms[interval]!;
  }
}

function merged(histograms: readonly Histogram[]): Histogram {
  const whole = new Histogram();
  for (const histogram of histograms) whole.add(histogram);
  return whole;
}
