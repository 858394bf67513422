import seedrandom from 'seedrandom';
import type { RandomSource } from '../../engine/machine/index.ts';
import { RandomStream } from './random-stream.ts';

/**
 * Every stream of a run, by name. A full name (the path of forks and the stream's own) is one sequence:
 * asking again gives the same stream, wherever it then is. A process's streams are named by its incarnation,
 * so that a restarted one does not repeat its first life.
 */
export class RandomStreams implements RandomSource {
  readonly seed: string;
  readonly #path: string;
  readonly #streams: Map<string, RandomStream>;

  constructor(seed: string, path = '', streams = new Map<string, RandomStream>()) {
    this.seed = seed;
    this.#path = path;
    this.#streams = streams;
  }

  stream(name: string): RandomStream {
    const full = this.#path + name;
    let stream = this.#streams.get(full);
    if (stream === undefined) {
      stream = streamOf(this.seed, full);
      this.#streams.set(full, stream);
    }
    return stream;
  }

  /** A source whose streams are named under `name`. */
  fork(name: string): RandomStreams {
    return new RandomStreams(this.seed, `${this.#path}${name}/`, this.#streams);
  }
}

/** The lengths keep ("a", "bc") and ("ab", "c") apart. */
function streamOf(seed: string, name: string): RandomStream {
  const words = seedrandom(`${seed.length}:${seed}:${name}`);
  return new RandomStream(words.int32(), words.int32(), words.int32(), words.int32());
}
