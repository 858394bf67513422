import {
  type AdminAction,
  type AdminDriver,
  type AdminListener,
  type AdminResult,
  firstError,
  NEVER,
} from '../../engine/client/index.ts';
import { unreachable } from '../../engine/machine/index.ts';
import { ErrorCode, errorName, isRetriable } from '../../engine/wire/index.ts';
import type { AdminOperation } from '../result/index.ts';
import { describeOperation, durationUs, type Operation } from '../scenario/index.ts';
import type { Step, Verdict } from './operation-step.ts';
import { stepsOf } from './operation-steps.ts';

/** How often an operation looks whether what it waits for has happened. */
const POLL_US = 500_000;
/** An administrator's patience before an operation that failed for the moment is tried again. */
const RETRY_US = 1_000_000;
/** How soon the application notices that an answer came. */
const NOTICE_US = 50_000;
const NOTICE_REPEATED_US = 200;

/** Who is told what becomes of operations: the trace and the lanes. */
export interface OperationEvents {
  onOperation(operation: Operation, what: 'begun' | AdminOperation['outcome'], error: string): void;
}

interface Run {
  readonly operation: Operation;
  readonly steps: readonly Step[];
  readonly at: number;
  /** The next step; all have been taken when it is beyond the last one. */
  step: number;
  nextAt: number;
  isInFlight: boolean;
  /** -1: not begun. */
  from: number;
  to: number;
  attempts: number;
  outcome: AdminOperation['outcome'];
  /** Of the last attempt; '' when it had none. */
  error: string;
  /** An attempt at this step may have taken effect unheard. */
  isInDoubt: boolean;
}

/** The administrator of a scenario: each operation at its time, tried again until it is done or the run ends. */
export class Operations implements AdminDriver, AdminListener {
  readonly #runs: readonly Run[];
  readonly #fromUs: number;
  readonly #events: OperationEvents;

  /** Times of the operations count from `fromUs`, when the traffic begins. */
  constructor(operations: readonly Operation[], fromUs: number, events: OperationEvents) {
    this.#fromUs = fromUs;
    this.#events = events;
    this.#runs = operations.map((operation) => {
      const at = fromUs + durationUs(operation.at);
      return {
        operation,
        steps: stepsOf(operation),
        at,
        step: 0,
        nextAt: at,
        isInFlight: false,
        from: -1,
        to: -1,
        attempts: 0,
        outcome: 'pending',
        error: '',
        isInDoubt: false,
      };
    });
  }

  next(now: number): AdminAction {
    let wakeAt = NEVER;
    for (let id = 0; id < this.#runs.length; id++) {
      const run = this.#runs[id]!;
      if (run.step >= run.steps.length) continue;
      if (run.isInFlight) {
        const { isRepeated } = run.steps[run.step]!;
        wakeAt = Math.min(wakeAt, now + (isRepeated === true ? NOTICE_REPEATED_US : NOTICE_US));
      } else if (now < run.nextAt) wakeAt = Math.min(wakeAt, run.nextAt);
      else return this.#begin(now, id, run);
    }
    return { do: 'think', until: wakeAt };
  }

  onCall(): void {}

  onResult(now: number, id: number, _call: unknown, result: AdminResult): void {
    const run = this.#runs[id]!;
    run.isInFlight = false;
    if (result.kind === 'failed') {
      if (result.outcome === 'unknown') run.isInDoubt = true;
      const { code, message } = result.error;
      const isFinal = code !== ErrorCode.REQUEST_TIMED_OUT && !isRetriable(code);
      this.#onError(now, run, isFinal, message);
      return;
    }
    if (!result.isCertain) run.isInDoubt = true;
    const step = run.steps[run.step]!;
    const error = step.judgesErrors ? null : firstError(result.body);
    if (error === null) this.#onVerdict(now, run, step.judge?.(result.body) ?? 'next');
    else if (isFine(step, error.code, run.isInDoubt)) this.#onVerdict(now, run, 'next');
    else {
      const isFinal = !isRetriable(error.code) || (step.final?.includes(error.code) ?? false);
      const words = error.message === '' ? '' : ` (${error.message})`;
      this.#onError(now, run, isFinal, `${errorName(error.code)}${words}`);
    }
  }

  /** As the result tells them, in the order of the scenario; times count from the start of the traffic. */
  told(): AdminOperation[] {
    return this.#runs.map(({ operation, from, to, outcome, error, attempts }) => ({
      operation,
      from: from < 0 ? -1 : from - this.#fromUs,
      to: to < 0 ? -1 : to - this.#fromUs,
      outcome,
      error: outcome === 'done' || error === '' ? null : error,
      attempts,
    }));
  }

  /** Operations that have not ended, and what they wait for. */
  pending(): string[] {
    return this.#runs
      .filter(({ step, steps }) => step < steps.length)
      .map((run) => {
        const { awaits } = run.steps[run.step]!;
        const why =
          run.error !== '' ? `: ${run.error}` : awaits === undefined ? '' : `: it waits for ${awaits}`;
        return `${describeOperation(run.operation)} has not ended${why}`;
      });
  }

  /** Operations that Kafka refused, though the scenario does not say that they may fail. */
  refused(): AdminOperation[] {
    return this.told().filter(({ outcome, operation }) => outcome === 'failed' && !operation.mayFail);
  }

  #begin(now: number, id: number, run: Run): AdminAction {
    if (run.from < 0) {
      run.from = now;
      this.#events.onOperation(run.operation, 'begun', '');
    }
    run.isInFlight = true;
    run.attempts++;
    return { do: 'call', id, call: run.steps[run.step]!.call() };
  }

  #onVerdict(now: number, run: Run, verdict: Verdict): void {
    if (run.outcome === 'pending') run.error = '';
    switch (verdict) {
      case 'again':
        run.nextAt = now + POLL_US;
        return;
      case 'more':
        this.#goTo(now, run, run.step);
        return;
      case 'next':
        this.#goTo(now, run, run.step + 1);
        return;
      case 'cancelled':
        this.#giveUp(now, run, 'cancelled');
        return;
      default:
        unreachable(verdict);
    }
  }

  #onError(now: number, run: Run, isFinal: boolean, error: string): void {
    // What went wrong first is what it failed of; cleaning up goes on as well as it can.
    if (run.outcome === 'pending') run.error = error;
    if (!isFinal) run.nextAt = now + RETRY_US;
    else if (run.outcome === 'pending') this.#giveUp(now, run, 'failed');
    else this.#goTo(now, run, run.step + 1);
  }

  /** What was set up for it is taken away still. */
  #giveUp(now: number, run: Run, outcome: 'failed' | 'cancelled'): void {
    run.outcome = outcome;
    const cleanUp = run.steps.findIndex(({ isCleanUp }, i) => i > run.step && isCleanUp === true);
    this.#goTo(now, run, cleanUp < 0 ? run.steps.length : cleanUp);
  }

  #goTo(now: number, run: Run, step: number): void {
    run.step = step;
    run.nextAt = now;
    run.isInDoubt = false;
    if (step < run.steps.length) return;
    run.to = now;
    if (run.outcome === 'pending') run.outcome = 'done';
    this.#events.onOperation(run.operation, run.outcome, run.outcome === 'done' ? '' : run.error);
  }
}

function isFine({ fine, fineAfterDoubt }: Step, code: number, isInDoubt: boolean): boolean {
  return (fine?.includes(code) ?? false) || (isInDoubt && (fineAfterDoubt?.includes(code) ?? false));
}
