/** One event of a data set. */
export interface DatasetEvent {
  /** When it happened, in the data's own time: microseconds, ascending. */
  readonly atUs: number;
  readonly key: string;
  /** A JSON object. */
  readonly value: string;
}

/** Real events, handed in by whoever can read files. */
export interface Dataset {
  readonly name: string;
  readonly events: readonly DatasetEvent[];
}
