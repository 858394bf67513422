import type { Fact, Frame, Input } from '../../engine/machine/index.ts';
import { Invariants, METADATA_LOG, RunWitness } from '../check/index.ts';
import type { CrashReason, Host, HostEvents } from '../host/index.ts';
import type { Kernel } from '../kernel/index.ts';
import type { AdminOperation, Violation } from '../result/index.ts';
import { describeOperation, type Fault, type Operation } from '../scenario/index.ts';
import type { Trace } from '../trace/index.ts';
import { GroupChanges } from './group-changes.ts';
import type { InjectionEvents } from './injection.ts';
import { Lanes } from './lanes.ts';
import type { OperationEvents } from './operations.ts';
import { OPERATIONS_HOST } from './topology.ts';

/** Failures of the engine itself that a run keeps. */
const MAX_FAILURES = 50;

/** Everything that hosts tell goes through here: to the trace, to the invariants, to the lanes. */
export class Observer implements HostEvents, InjectionEvents, OperationEvents {
  readonly trace: Trace;
  readonly invariants = new Invariants();
  readonly lanes = new Lanes();
  readonly witness = new RunWitness();
  readonly groupChanges = new GroupChanges();
  /** Steps that threw. */
  readonly failures: Violation[] = [];
  bytesOnWire = 0;
  #kernel: Kernel | null = null;
  #tellGone: (host: Host) => void = () => {};
  #tellFact: (host: Host, fact: Fact) => void = () => {};
  /** A step told facts and has not ended. */
  #told = false;

  constructor(trace: Trace) {
    this.trace = trace;
    this.invariants.shadow.probe = (name) => trace.onProbe(name);
  }

  attach(kernel: Kernel): void {
    this.#kernel = kernel;
  }

  /** Whom to tell that a process is gone, for whatever reason. */
  whenGone(tell: (host: Host) => void): void {
    this.#tellGone = tell;
  }

  /** Whom to tell of facts, after the invariants. */
  whenTold(tell: (host: Host, fact: Fact) => void): void {
    this.#tellFact = tell;
  }

  get now(): number {
    return this.#kernel?.now ?? 0;
  }

  onFact(host: Host, fact: Fact): void {
    const at = this.now;
    this.trace.onFact(at, host.name, fact);
    const identified = this.invariants.onFact(at, host.name, fact);
    this.#tellFact(host, fact);
    this.lanes.onFact(at, host.name, fact);
    this.witness.onFact(at, host.name, identified);
    if (fact.fact === 'group changed') this.groupChanges.onChanged(at, host.name, fact);
    this.#probe(fact);
    this.#told = true;
  }

  onProbe(_host: Host, name: string): void {
    this.trace.onProbe(name);
  }

  onCrash(host: Host, reason: CrashReason): void {
    const at = this.now;
    this.invariants.onDown(host.name);
    this.trace.onEvent(at, host.name, `crashed: ${reason.kind}`);
    this.trace.onProbe(`crash: ${reason.kind}`);
    if (reason.kind === 'power lost') this.witness.onPowerLost(at, host.name);
    this.lanes.mark(at, host.name, 'crash', reason.kind);
    this.#tellGone(host);
    if (reason.kind !== 'exception' || this.failures.length >= MAX_FAILURES) return;
    const error = reason.error instanceof Error ? reason.error : new Error(String(reason.error));
    this.failures.push({
      check: 'EngineAssertion',
      at,
      message: `${host.name} crashed in a step (${reason.input}): ${error.name}: ${error.message}`,
      evidence: { node: host.name, input: reason.input, error: error.name },
    });
    this.trace.stacks.push(error.stack ?? '');
  }

  onExit(host: Host, reason: 'clean' | 'failed', message: string): void {
    this.invariants.onDown(host.name);
    this.trace.onEvent(this.now, host.name, `exited ${reason}: ${message}`);
    this.trace.onProbe(`exit: ${reason}`);
    this.#tellGone(host);
  }

  onSent(host: Host, _peer: string, frame: Frame, size: number): void {
    this.bytesOnWire += size;
    this.witness.onSent(this.now, host.name, frame);
  }

  onDelivered(_host: Host, peer: string, frame: Frame): void {
    this.witness.onDelivered(this.now, peer, frame);
  }

  onInjected(fault: Fault, targets: readonly string[]): void {
    this.lanes.onInjected(this.now, fault, targets);
    this.trace.onEvent(this.now, targets.join(','), `fault: ${fault.kind}`);
    this.trace.onProbe(targets.length === 0 ? 'fault found no target' : `fault: ${fault.kind}`);
  }

  onFaultProbe(name: string): void {
    this.trace.onProbe(name);
  }

  onHealed(fault: Fault, targets: readonly string[]): void {
    this.lanes.onHealed(this.now, fault, targets);
    this.trace.onEvent(this.now, targets.join(','), `heal: ${fault.kind}`);
  }

  onOperation(operation: Operation, what: 'begun' | AdminOperation['outcome'], error: string): void {
    const words = describeOperation(operation);
    const detail = error === '' ? '' : `: ${error}`;
    this.trace.onEvent(this.now, OPERATIONS_HOST, `operation ${what}: ${words}${detail}`);
    if (what !== 'begun') this.trace.onProbe(operationProbe(operation, what, error));
    const kind =
      what === 'begun' ? 'operation begun' : what === 'failed' ? 'operation failed' : 'operation done';
    const end = what === 'cancelled' ? ' was cancelled' : '';
    this.lanes.mark(this.now, OPERATIONS_HOST, kind, `${words}${end}${detail}`);
  }

  onLife(host: Host): void {
    this.lanes.onLife(this.now, host);
  }

  onStepped(host: Host, input: Input): void {
    this.trace.onInput(this.now, host.name, input);
    if (!this.#told) return;
    this.#told = false;
    this.invariants.onStepEnd(this.now, host.name);
  }

  /**
   * What happened to replicas is counted from their facts: the engine's own probes are for branches, these for events.
   */
  #probe(fact: Fact): void {
    switch (fact.fact) {
      case 'replica became leader':
        this.trace.onProbe('partition leader elected');
        return;
      case 'log truncated':
        this.trace.onProbe(fact.log === METADATA_LOG ? 'metadata log truncated' : 'log truncated');
        return;
      case 'log restarted':
        this.trace.onProbe('log restarted');
        return;
      case 'log recovered':
        this.trace.onProbe(fact.truncatedBytes > 0 ? 'log recovered, tail cut' : 'log recovered');
        return;
      case 'quorum role changed':
        if (fact.role === 'leader') this.trace.onProbe('controller elected');
        return;
      case 'transaction changed':
        this.trace.onProbe(`transaction: ${fact.state}`);
        return;
      case 'transaction ended at partition':
        this.trace.onProbe(
          fact.isCommit ? 'transaction committed at replica' : 'transaction aborted at replica',
        );
        return;
      case 'producers forgotten':
        this.trace.onProbe('producers forgotten');
        return;
      default:
        return;
    }
  }
}

/** `operation: reassign done`, `operation: reassign failed: INVALID_REPLICA_ASSIGNMENT`: the code, not its words. */
function operationProbe(operation: Operation, what: string, error: string): string {
  const code = what === 'failed' ? `: ${error.split(' ')[0]}` : '';
  return `operation: ${operation.do} ${what}${code}`;
}
