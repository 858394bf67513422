import type { Frame } from '../../engine/machine/index.ts';
import {
  apiOf,
  checkBody,
  decodeRequest,
  decodeResponse,
  encodeFrame,
  frameSize,
  WireError,
} from '../../engine/wire/index.ts';
import type { Courier } from '../host/index.ts';
import type { TrialOptions } from './trial-contract.ts';

/** Frames travel as the values they are; only their size is worked out. */
const objects: Courier = {
  size: frameSize,
  carry: (frame) => frame,
};

/** Frames are encoded and decoded on the way, as on a real wire. What does not survive that is an engine error. */
const bytes: Courier = {
  size: frameSize,
  carry: (frame) => {
    const encoded = encodeFrame(frame);
    const decoded: Frame | WireError =
      frame.kind === 'request'
        ? decodeRequest(encoded)
        : decodeResponse(encoded, frame.apiKey, frame.apiVersion);
    if (decoded instanceof WireError) throw decoded;
    return decoded;
  },
};

/**
 * As `objects`, and whoever changes a frame in flight throws: a frame is a value. So does a body that would not be
 * the same after a wire: the two codecs would then part.
 */
const frozen: Courier = {
  size: frameSize,
  carry: (frame) => {
    const problem = bodyProblem(frame);
    if (problem !== null) throw new TypeError(problem);
    freeze(frame);
    return frame;
  },
};

export function courierFor(options: Pick<TrialOptions, 'codec' | 'freeze' | 'sabotage'>): Courier {
  const courier = options.codec === 'bytes' ? bytes : options.freeze === true ? frozen : objects;
  const { sabotage } = options;
  if (sabotage === undefined) return courier;
  return { size: courier.size, carry: (frame) => courier.carry(sabotage(frame)) };
}

function bodyProblem({ kind, apiKey, apiVersion, body }: Frame): string | null {
  const api = apiOf(apiKey);
  if (api === undefined) return `API ${apiKey} is not in the table`;
  return checkBody(kind === 'request' ? api.request : api.response, apiVersion, body);
}

/** Deep; bytes cannot be frozen and stay as they are. */
function freeze(value: unknown): void {
  if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value) || Object.isFrozen(value))
    return;
  Object.freeze(value);
  for (const inner of Object.values(value)) freeze(inner);
}
