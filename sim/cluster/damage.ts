import type { Frame, Random } from '../../engine/machine/index.ts';
import { ApiKey, type FetchResponse, type ProduceRequest, type Records } from '../../engine/wire/index.ts';

/** Where a batch's length stands, what comes before what it counts, and what its CRC covers, after its attributes. */
const LENGTH_AT = 8;
const PREFIX_BYTES = 12;
const COVERED_FROM = 23;
/** Batches of one field that may be hit. */
const MAX_BATCHES = 10_000;

/**
 * A frame as it arrives when a bit of a batch was changed on the way, TCP's sum notwithstanding; the same frame when
 * there is no batch in it. The bit lies in what the batch's CRC covers: nothing in Kafka guards the rest of a frame.
 * How a field's batches are split over chunks makes no difference.
 */
export function damageFrame(frame: Frame, random: Random): Frame {
  if (frame.kind === 'request' && frame.apiKey === ApiKey.Produce) {
    const body = frame.body as ProduceRequest;
    const topicData = body.topicData.map((topic) => ({
      ...topic,
      partitionData: topic.partitionData.map((data) => ({ ...data, records: damaged(data.records, random) })),
    }));
    return { ...frame, body: { ...body, topicData } };
  }
  if (frame.kind === 'response' && frame.apiKey === ApiKey.Fetch) {
    const body = frame.body as FetchResponse;
    const responses = body.responses.map((topic) => ({
      ...topic,
      partitions: topic.partitions.map((data) => ({ ...data, records: damaged(data.records, random) })),
    }));
    return { ...frame, body: { ...body, responses } };
  }
  return frame;
}

interface Place {
  readonly chunk: number;
  readonly at: number;
  readonly length: number;
}

function damaged(records: Records | null, random: Random): Records | null {
  if (records === null) return null;
  const places = batchesOf(records);
  if (places.length === 0) return records;
  const place = places[random.below(places.length)]!;
  const position = place.at + COVERED_FROM + random.below(place.length - COVERED_FROM);
  const bit = random.below(8);
  return records.map((chunk, i) => {
    if (i !== place.chunk) return chunk;
    const bad = chunk.slice();
    bad[position] = bad[position]! ^ (1 << bit);
    return bad;
  });
}

function batchesOf(records: Records): Place[] {
  const places: Place[] = [];
  records.forEach((bytes, chunk) => {
    let at = 0;
    while (places.length < MAX_BATCHES && at + PREFIX_BYTES <= bytes.length) {
      const view = at + LENGTH_AT;
      const length =
        PREFIX_BYTES +
        ((bytes[view]! << 24) | (bytes[view + 1]! << 16) | (bytes[view + 2]! << 8) | bytes[view + 3]!);
      if (length <= COVERED_FROM || at + length > bytes.length) break;
      places.push({ chunk, at, length });
      at += length;
    }
  });
  return places;
}
