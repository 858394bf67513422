import type { Fact, Frame, Input } from '../../engine/machine/index.ts';
import type { CrashReport } from '../disk/index.ts';
import type { Host } from './host.ts';

/** Where a process is in its life, and the machine under it. */
export type HostState =
  /** No power. */
  | 'off'
  /** Power, and no process. */
  | 'dead'
  /** The process starts; its machine is not built yet. */
  | 'booting'
  | 'running';

/** Why a process is gone without having ended itself. */
export type CrashReason =
  | { readonly kind: 'killed' }
  | { readonly kind: 'power lost'; readonly disk: CrashReport }
  /** A step threw: an assertion that failed, or a plain mistake. The world reports it as a violation. */
  | { readonly kind: 'exception'; readonly error: unknown; readonly input: Input['kind'] };

/**
 * What the world hears from its hosts. Called between steps, never inside one, so that a listener may kill,
 * pause or cut whatever it likes, also the host that is speaking.
 */
export interface HostEvents {
  onFact(host: Host, fact: Fact): void;
  onProbe(host: Host, name: string): void;
  onCrash(host: Host, reason: CrashReason): void;
  onExit(host: Host, reason: 'clean' | 'failed', message: string): void;
  /** A frame was handed to the network; `peer` is the other machine's name. */
  onSent(host: Host, peer: string, frame: Frame, size: number): void;
  /** A frame is about to reach the machine. */
  onDelivered(host: Host, peer: string, frame: Frame): void;
  /** The state changed, or `paused` did. */
  onLife?(host: Host): void;
  /** A step is over and its facts are told. */
  onStepped?(host: Host, input: Input): void;
}

/** How frames travel: as they are, or through bytes and back. */
export interface Courier {
  /** Bytes on the wire: what bandwidth is charged. */
  size(frame: Frame): number;
  /** The frame that arrives. Called once, at sending. */
  carry(frame: Frame): Frame;
}
