import type { Fact, Input } from '../../engine/machine/index.ts';
import { describeFrame } from '../../engine/wire/index.ts';

/** An input in a line. */
export function describeInput(input: Input): string {
  switch (input.kind) {
    case 'boot':
    case 'shutdown':
      return input.kind;
    case 'connected':
      return `connected #${input.connection}`;
    case 'accepted':
      return `accepted #${input.connection} :${input.port}`;
    case 'closed':
      return `closed #${input.connection} ${input.reason}`;
    case 'frame':
      return `#${input.connection} ${describeFrame(input.frame)}`;
    case 'timer':
      return `timer ${input.timer}`;
    case 'synced':
      return `synced ${input.ticket}${input.error === null ? '' : ` ${input.error.code}`}`;
  }
}

/** A fact in a line: its name, then its fields; a batch shows as its length. */
export function describeFact(fact: Fact): string {
  const fields: string[] = [];
  for (const [key, value] of Object.entries(fact)) {
    if (key === 'fact') continue;
    fields.push(
      `${key} ${value instanceof Uint8Array ? `${value.length} B` : Array.isArray(value) ? `[${value}]` : value}`,
    );
  }
  return `${fact.fact}: ${fields.join(', ')}`;
}
