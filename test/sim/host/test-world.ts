import type { Fact, Frame, Input, Machine, Outbox, Us } from '../../../engine/machine/index.ts';
import type { DiskOptions } from '../../../sim/disk/index.ts';
import {
  type CrashReason,
  FREE,
  Host,
  type HostEvents,
  type HostOptions,
  type MachineFactory,
  type MachinePorts,
} from '../../../sim/host/index.ts';
import { Kernel } from '../../../sim/kernel/index.ts';
import { Network, type NetworkOptions, UNLIMITED_NIC } from '../../../sim/network/index.ts';
import { RandomStreams } from '../../../sim/random/index.ts';
import { STEADY_DISK } from '../disk/bench-disk.ts';
import { STEADY } from '../network/wire-tap.ts';

/** A request that carries a word. */
export function say(word: string, correlationId = 0): Frame {
  return { kind: 'request', apiKey: 1, apiVersion: 0, correlationId, clientId: null, body: { word } };
}

export function wordOf(frame: Frame): string {
  return (frame.body as { word: string }).word;
}

export function describeInput(input: Input): string {
  switch (input.kind) {
    case 'connected':
      return `connected ${input.connection}`;
    case 'accepted':
      return `accepted ${input.connection} on ${input.port}`;
    case 'closed':
      return `closed ${input.connection} ${input.reason}`;
    case 'frame':
      return `frame ${input.connection} ${wordOf(input.frame)}`;
    case 'timer':
      return `timer ${input.timer}`;
    case 'synced':
      return `synced ${input.ticket} ${input.error === null ? 'ok' : input.error.code}`;
    default:
      return input.kind;
  }
}

/** What a scripted machine does with an input. */
export type Script = (input: Input, out: Outbox, now: Us, ports: MachinePorts) => void;

/**
 * Hosts with a latency of 100 us between them, no luck, free work; everything that happens is in the story.
 */
export class TestWorld implements HostEvents {
  readonly kernel = new Kernel();
  readonly random: RandomStreams;
  readonly network: Network;
  /** `time host what`. */
  readonly story: string[] = [];
  readonly crashes: CrashReason[] = [];
  listener: ((host: Host, what: string) => void) | null = null;

  constructor(seed = 'world', options: NetworkOptions = STEADY) {
    this.random = new RandomStreams(seed);
    this.network = new Network({ kernel: this.kernel, random: this.random, options });
  }

  host(
    name: string,
    factory: MachineFactory,
    options: Partial<HostOptions> = {},
    disk: Partial<DiskOptions> = {},
  ): Host {
    const all: HostOptions = {
      name,
      location: { region: 'eu', rack: 'r1' },
      nic: UNLIMITED_NIC,
      ports: [9092],
      threads: 1,
      prices: FREE,
      bootUs: 1_000,
      powerOnUs: 10_000,
      clock: { epochMs: 0 },
      disk: { ...STEADY_DISK, ...disk },
      ...options,
    };
    const courier = { size: () => 100, carry: (frame: Frame) => frame };
    const world = { kernel: this.kernel, network: this.network, random: this.random, courier, events: this };
    return new Host(world, all, factory);
  }

  /** A host whose machine notes its inputs in the story and follows a script. */
  scripted(name: string, script: Script, options: Partial<HostOptions> = {}): Host {
    return this.host(
      name,
      (ports): Machine => ({
        step: (now, input, out) => {
          this.#note(name, describeInput(input));
          script(input, out, now, ports);
        },
      }),
      options,
    );
  }

  run(us: Us): void {
    const until = this.kernel.now + us;
    if (this.kernel.run(until) === 'idle') this.kernel.now = until;
  }

  /** The story of one host, without times unless asked for. */
  of(host: string, withTimes = false): string[] {
    return this.story
      .filter((line) => line.split(' ')[1] === host)
      .map((line) => (withTimes ? line.replace(` ${host}`, '') : line.split(' ').slice(2).join(' ')));
  }

  onFact(host: Host, fact: Fact): void {
    this.#note(host.name, `fact ${fact.fact}`);
    this.listener?.(host, fact.fact);
  }

  onProbe(host: Host, name: string): void {
    this.#note(host.name, `probe ${name}`);
    this.listener?.(host, name);
  }

  onCrash(host: Host, reason: CrashReason): void {
    this.crashes.push(reason);
    this.#note(host.name, reason.kind === 'exception' ? `crash: ${reason.error}` : `crash: ${reason.kind}`);
  }

  onExit(host: Host, reason: string, message: string): void {
    this.#note(host.name, `exit ${reason} ${message}`);
  }

  onSent(host: Host, peer: string, frame: Frame): void {
    this.listener?.(host, `sent ${wordOf(frame)} to ${peer}`);
  }

  onDelivered(host: Host, peer: string, frame: Frame): void {
    this.listener?.(host, `delivered ${wordOf(frame)} from ${peer}`);
  }

  #note(host: string, what: string): void {
    this.story.push(`${this.kernel.now} ${host} ${what}`);
  }
}
