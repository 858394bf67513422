import type { Frame } from '../machine/index.ts';
import { apiName } from './api-key.ts';

/** One line about a frame: `Fetch v18 request #7`. */
export function describeFrame(frame: Frame): string {
  return `${apiName(frame.apiKey)} v${frame.apiVersion} ${frame.kind} #${frame.correlationId}`;
}
