import { describe, expect, test } from 'vitest';
import { BrokerLifecycle, BrokerTimer, brokerConfigDefaults } from '../../../engine/broker/index.ts';
import { MS, SECOND, timerId } from '../../../engine/machine/index.ts';
import { SUPPORTED_FEATURES } from '../../../engine/metadata/index.ts';
import {
  ApiKey,
  type BrokerHeartbeatRequest,
  type BrokerRegistrationRequest,
  ErrorCode,
} from '../../../engine/wire/index.ts';
import { RecordingOutbox } from '../recording-outbox.ts';
import { RecordingRpc } from './recording-rpc.ts';

const INCARNATION = 'IncarnationIncarnation';
const DIRECTORY = 'DirectoryDirectoryDirQ';
const COMMUNICATION = timerId(BrokerTimer.COMMUNICATION);

class Broker {
  readonly rpc = new RecordingRpc();
  readonly out = new RecordingOutbox();
  readonly lifecycle: BrokerLifecycle;
  now = 0;

  constructor(previousBrokerEpoch = -1) {
    this.lifecycle = new BrokerLifecycle({
      nodeId: 1,
      clusterId: 'ClusterClusterClusterQ',
      incarnationId: INCARNATION,
      endpoint: { host: 'b1', port: 9092 },
      rack: 'r1',
      directories: [DIRECTORY],
      features: SUPPORTED_FEATURES,
      previousBrokerEpoch,
      rpc: this.rpc,
      config: brokerConfigDefaults,
    });
  }

  start(): this {
    this.lifecycle.start(this.now, this.out);
    return this;
  }

  registered(brokerEpoch: number): void {
    this.reply({ throttleTimeMs: 0, errorCode: ErrorCode.NONE, brokerEpoch });
    this.fire();
  }

  heartbeat(isCaughtUp: boolean, isFenced: boolean, shouldShutDown = false): void {
    this.reply({ throttleTimeMs: 0, errorCode: ErrorCode.NONE, isCaughtUp, isFenced, shouldShutDown });
  }

  reply(body: object): void {
    this.lifecycle.onReply(this.now, 0, { kind: 'response', apiVersion: 2, body }, this.out);
  }

  fail(): void {
    this.lifecycle.onReply(this.now, 0, { kind: 'failed', reason: 'timed out' }, this.out);
  }

  /** Lets the next communication happen when it is due. */
  fire(): void {
    this.now = this.out.timers.get(COMMUNICATION)!;
    this.out.timers.delete(COMMUNICATION);
    this.lifecycle.onTimer(this.now, BrokerTimer.COMMUNICATION, 0, this.out);
  }

  running(): this {
    this.start();
    this.registered(7);
    this.heartbeat(true, true);
    this.lifecycle.becomeReadyToUnfence(this.now, this.out);
    this.fire();
    this.heartbeat(true, false);
    expect(this.lifecycle.state).toBe('RUNNING');
    return this;
  }

  get due(): number {
    return this.out.timers.get(COMMUNICATION)! - this.now;
  }
}

describe('the life of a broker in the cluster', () => {
  test('it registers its incarnation, directories, rack and the epoch of a clean run before', () => {
    const broker = new Broker(42).start();
    expect(broker.lifecycle.state).toBe('STARTING');
    expect(broker.rpc.sent[0]!.apiKey).toBe(ApiKey.BrokerRegistration);
    expect(broker.rpc.last<BrokerRegistrationRequest>()).toMatchObject({
      brokerId: 1,
      incarnationId: INCARNATION,
      rack: 'r1',
      logDirs: [DIRECTORY],
      previousBrokerEpoch: 42,
      listeners: [{ name: 'PLAINTEXT', host: 'b1', port: 9092, securityProtocol: 0 }],
    });
  });

  test('it heartbeats at once after it registered, fenced, with its epoch and metadata offset', () => {
    const broker = new Broker().start();
    broker.lifecycle.onMetadataApplied(11);
    broker.registered(7);
    expect(broker.now).toBe(0);
    expect(broker.rpc.last<BrokerHeartbeatRequest>()).toEqual({
      brokerId: 1,
      brokerEpoch: 7,
      currentMetadataOffset: 11,
      wantFence: true,
      wantShutDown: false,
      offlineLogDirs: [],
      cordonedLogDirs: null,
    });
  });

  test('it asks every 10 ms while it catches up, and may be unfenced only after that', () => {
    const broker = new Broker().start();
    broker.registered(7);
    broker.heartbeat(false, true);
    expect(broker.lifecycle.state).toBe('STARTING');
    expect(broker.due).toBe(10 * MS);
    broker.fire();
    broker.heartbeat(true, true);
    expect(broker.lifecycle.state).toBe('RECOVERY');
    expect(broker.lifecycle.caughtUp).toBe(true);
    broker.lifecycle.becomeReadyToUnfence(broker.now, broker.out);
    expect(broker.due).toBe(0);
    broker.fire();
    expect(broker.rpc.last<BrokerHeartbeatRequest>()).toMatchObject({
      wantFence: false,
      cordonedLogDirs: [],
    });
    broker.heartbeat(true, true);
    expect(broker.lifecycle.state).toBe('RECOVERY');
    broker.fire();
    broker.heartbeat(true, false);
    expect(broker.lifecycle.state).toBe('RUNNING');
    expect(broker.due).toBe(2 * SECOND);
  });

  test('a refused registration is tried again after a heartbeat interval', () => {
    const broker = new Broker().start();
    broker.reply({ throttleTimeMs: 0, errorCode: ErrorCode.DUPLICATE_BROKER_REGISTRATION, brokerEpoch: -1 });
    expect(broker.due).toBe(2 * SECOND);
    broker.fire();
    expect(broker.rpc.sent.map((sent) => sent.apiKey)).toEqual([
      ApiKey.BrokerRegistration,
      ApiKey.BrokerRegistration,
    ]);
  });

  test('without a registration in time it gives up and says why', () => {
    const broker = new Broker().start();
    const timer = timerId(BrokerTimer.INITIAL_REGISTRATION);
    expect(broker.out.timers.get(timer)).toBe(60 * SECOND);
    broker.lifecycle.onTimer(60 * SECOND, BrokerTimer.INITIAL_REGISTRATION, 0, broker.out);
    expect(broker.lifecycle.state).toBe('SHUTTING_DOWN');
    expect(broker.lifecycle.failure).toMatch(/register/);
  });

  test('a registration that came in time is not undone by the time limit', () => {
    const broker = new Broker().running();
    broker.lifecycle.onTimer(60 * SECOND, BrokerTimer.INITIAL_REGISTRATION, 0, broker.out);
    expect(broker.lifecycle.state).toBe('RUNNING');
  });

  test('a lost heartbeat is made anew after the interval, never at once', () => {
    const broker = new Broker().running();
    broker.fire();
    broker.lifecycle.beginControlledShutdown(broker.now, broker.out);
    broker.fire();
    broker.fail();
    expect(broker.due).toBe(2 * SECOND);
  });

  test('a controlled shutdown asks at once, soon again, then by the interval, and ends when it may', () => {
    const broker = new Broker().running();
    broker.lifecycle.beginControlledShutdown(broker.now, broker.out);
    expect(broker.lifecycle.state).toBe('PENDING_CONTROLLED_SHUTDOWN');
    expect(broker.due).toBe(0);
    broker.fire();
    expect(broker.rpc.last<BrokerHeartbeatRequest>().wantShutDown).toBe(true);
    broker.heartbeat(true, false);
    expect(broker.due).toBe(50 * MS);
    broker.fire();
    broker.heartbeat(true, false);
    expect(broker.due).toBe(2 * SECOND);
    broker.fire();
    broker.heartbeat(true, false, true);
    expect(broker.lifecycle.state).toBe('SHUTTING_DOWN');
    expect(broker.lifecycle.failure).toBeNull();
    expect(broker.out.timers.has(COMMUNICATION)).toBe(false);
  });

  test('a broker that is not running yet shuts down without asking', () => {
    const broker = new Broker().start();
    broker.lifecycle.beginControlledShutdown(broker.now, broker.out);
    expect(broker.lifecycle.state).toBe('SHUTTING_DOWN');
    const sent = broker.rpc.sent.length;
    broker.reply({ throttleTimeMs: 0, errorCode: ErrorCode.NONE, brokerEpoch: 9 });
    expect(broker.rpc.sent.length).toBe(sent);
  });

  test('what wants to be said while a heartbeat is under way is said right after it', () => {
    const broker = new Broker().running();
    broker.fire();
    broker.lifecycle.onDirectoryFailed(broker.now, DIRECTORY, broker.out);
    broker.fire();
    broker.heartbeat(true, false);
    expect(broker.due).toBe(0);
    broker.fire();
    expect(broker.rpc.last<BrokerHeartbeatRequest>().offlineLogDirs).toEqual([DIRECTORY]);
  });

  test('a failed directory that the controller never hears of ends the broker', () => {
    const broker = new Broker().running();
    broker.lifecycle.onDirectoryFailed(broker.now, DIRECTORY, broker.out);
    broker.fire();
    broker.fail();
    broker.lifecycle.onTimer(broker.now + 30 * SECOND, BrokerTimer.OFFLINE_DIRECTORY, 0, broker.out);
    expect(broker.lifecycle.state).toBe('SHUTTING_DOWN');
    expect(broker.lifecycle.failure).toMatch(/directory/);
  });

  test('a failed directory that the controller heard of does not', () => {
    const broker = new Broker().running();
    broker.lifecycle.onDirectoryFailed(broker.now, DIRECTORY, broker.out);
    broker.fire();
    broker.heartbeat(true, false);
    broker.lifecycle.onTimer(broker.now + 30 * SECOND, BrokerTimer.OFFLINE_DIRECTORY, 0, broker.out);
    expect(broker.lifecycle.state).toBe('RUNNING');
  });
});
