import { RecordingOutbox } from '../recording-outbox.ts';

/** A log has nothing to do with the network, and does not end its process. */
export class LogOutbox extends RecordingOutbox {
  override connect(): number {
    throw new Error('a log does not connect');
  }

  override send(): void {
    throw new Error('a log does not send');
  }

  override exit(): void {
    throw new Error('a log does not exit');
  }
}
