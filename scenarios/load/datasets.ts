import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Dataset } from '../../sim/workload/index.ts';

interface Flight {
  readonly date: string;
  readonly delay: number;
  readonly distance: number;
  readonly origin: string;
  readonly destination: string;
}

/**
 * `us-flights`: 20,000 US domestic flights of early 2001 from `vega-datasets`, in order of departure, keyed by the
 * airport of origin. `atUs` is the data's own spacing; the workload scales it to the rate that a scenario asks for.
 */
export function loadDataset(name: string): Dataset {
  if (name !== 'us-flights') throw new RangeError(`no such data set: ${name}`);
  const home = dirname(dirname(createRequire(import.meta.url).resolve('vega-datasets')));
  const flights = JSON.parse(readFileSync(join(home, 'data', 'flights-20k.json'), 'utf8')) as Flight[];
  const events = flights
    .map((flight, i) => ({
      atUs: minuteOf(flight.date) * 60_000_000,
      key: flight.origin,
      value: JSON.stringify(flight),
      i,
    }))
    .sort((a, b) => a.atUs - b.atUs || a.i - b.i)
    .map(({ atUs, key, value }) => ({ atUs, key, value }));
  return { name, events };
}

/** Minutes since the year began, of `2001/01/31 23:59`, in the airport's own time. */
function minuteOf(date: string): number {
  const month = Number(date.slice(5, 7));
  const day = Number(date.slice(8, 10));
  const daysBefore = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334][month - 1]!;
  return ((daysBefore + day - 1) * 24 + Number(date.slice(11, 13))) * 60 + Number(date.slice(14, 16));
}
