import type { GroupCoordinator } from '../coordinator/index.ts';
import type { Request, Responder } from '../exchange/index.ts';
import type { Outbox, Us } from '../machine/index.ts';
import { CONSUMER_OFFSETS } from '../metadata/index.ts';
import type { Replicas } from '../replication/index.ts';
import {
  ErrorCode,
  type ProduceRequest,
  type WriteTxnMarkersRequest,
  type WriteTxnMarkersResponse,
} from '../wire/index.ts';
import type { TransactionVerifier, VerificationSupport } from './transaction-verifier.ts';

/** Produce v11 knows TRANSACTION_ABORTABLE, v12 adds partitions by writing to them. */
const ABORTABLE_VERSION = 11;
const ADD_VERSION = 12;

/** What a broker writes for transactions: records once their transaction is verified, and markers. */
export class TransactionalWrites {
  readonly #replicas: Replicas;
  readonly #groups: GroupCoordinator;
  readonly #verifier: TransactionVerifier;
  readonly #responder: Responder;

  constructor(
    replicas: Replicas,
    groups: GroupCoordinator,
    verifier: TransactionVerifier,
    responder: Responder,
  ) {
    this.#replicas = replicas;
    this.#groups = groups;
    this.#verifier = verifier;
    this.#responder = responder;
  }

  /** What is not transactional, or is known at the partitions, is appended at once (`handleProduceAppend`). */
  handleProduce(now: Us, request: Request<ProduceRequest>, out: Outbox): void {
    const { transactionalProduces } = this.#replicas;
    const nameless = transactionalProduces.refuseNameless(request);
    const support = supportOf(request.apiVersion);
    const asks = nameless === null && this.#verifier.isNeeded(support);
    const unverified = asks ? transactionalProduces.unverified(request) : null;
    if (unverified === null) {
      this.#replicas.handleProduce(now, request, out, nameless);
      return;
    }
    this.#verifier.verify(
      now,
      { ...unverified, support },
      (at, errors, to) => {
        const codes = new Map(transactionalProduces.endedMeanwhile(unverified));
        for (const [name, code] of errors) codes.set(name, toldProducer(code, support));
        this.#replicas.handleProduce(at, request, to, codes);
      },
      out,
    );
  }

  /** Answers when every marker is replicated, or refused (`KafkaApis.handleWriteTxnMarkersRequest`). */
  handleWriteTxnMarkers(now: Us, request: Request<WriteTxnMarkersRequest>, out: Outbox): void {
    const markers = request.body.markers.map(({ producerId, topics }) => ({
      producerId,
      topics: topics.map(({ name, partitionIndexes }) => ({
        name,
        partitions: partitionIndexes.map((partitionIndex) => ({
          partitionIndex,
          errorCode: ErrorCode.NONE as number,
        })),
      })),
    }));
    const response: WriteTxnMarkersResponse = { markers };
    let pending = 1;
    const settleOne = (to: Outbox): void => {
      pending--;
      if (pending === 0) this.#responder.respond(request.id, response, to);
    };
    request.body.markers.forEach((marker, i) => {
      for (const { name, partitions } of markers[i]!.topics) {
        for (const slot of partitions) {
          pending++;
          this.#write(now, name, slot.partitionIndex, marker, out, (errorCode, to) => {
            slot.errorCode = errorCode;
            settleOne(to);
          });
        }
      }
    });
    settleOne(out);
  }

  #write(
    now: Us,
    topic: string,
    index: number,
    marker: WriteTxnMarkersRequest['markers'][number],
    out: Outbox,
    done: (errorCode: number, out: Outbox) => void,
  ): void {
    const { coordinatorEpoch, producerEpoch, producerId, transactionResult, transactionVersion } = marker;
    const settled = (_now: Us, errorCode: number, to: Outbox): void => done(toldOfMarker(errorCode), to);
    if (topic === CONSUMER_OFFSETS) {
      this.#groups.completeTransaction(
        now,
        index,
        producerId,
        producerEpoch,
        coordinatorEpoch,
        transactionResult,
        transactionVersion,
        settled,
        out,
      );
      return;
    }
    const isCommit = transactionResult;
    const ended = { coordinatorEpoch, isCommit, producerEpoch, producerId, transactionVersion };
    this.#replicas.appendMarker(now, topic, index, ended, settled, out);
  }
}

function supportOf(apiVersion: number): VerificationSupport {
  if (apiVersion >= ADD_VERSION) return 'add';
  return apiVersion >= ABORTABLE_VERSION ? 'abortable' : 'default';
}

/** Errors of a coordinator that a producer would not try again after become one that it does. */
function toldProducer(code: number, support: VerificationSupport): number {
  switch (code) {
    case ErrorCode.NETWORK_EXCEPTION:
    case ErrorCode.COORDINATOR_LOAD_IN_PROGRESS:
    case ErrorCode.COORDINATOR_NOT_AVAILABLE:
    case ErrorCode.NOT_COORDINATOR:
      return ErrorCode.NOT_ENOUGH_REPLICAS;
    case ErrorCode.CONCURRENT_TRANSACTIONS:
      return support === 'add' ? code : ErrorCode.NOT_ENOUGH_REPLICAS;
    default:
      return code;
  }
}

/** Who writes markers looks for leaders, not for coordinators of groups: one that is not ready is none. */
function toldOfMarker(code: number): number {
  switch (code) {
    case ErrorCode.COORDINATOR_NOT_AVAILABLE:
    case ErrorCode.COORDINATOR_LOAD_IN_PROGRESS:
    case ErrorCode.NOT_COORDINATOR:
      return ErrorCode.NOT_LEADER_OR_FOLLOWER;
    default:
      return code;
  }
}
