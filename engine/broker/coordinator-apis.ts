import {
  GROUP_APIS,
  type GroupCoordinator,
  TRANSACTION_APIS,
  type TransactionCoordinator,
} from '../coordinator/index.ts';
import type { Request, Responder } from '../exchange/index.ts';
import type { Outbox, Us } from '../machine/index.ts';
import { ApiKey, type FindCoordinatorRequest } from '../wire/index.ts';
import type { AutoTopicCreation } from './auto-topic-creation.ts';
import type { MetadataView } from './broker-apis.ts';
import { decideFindCoordinator } from './handlers/find-coordinator.ts';

export interface CoordinatorApisOptions {
  readonly metadata: MetadataView;
  readonly responder: Responder;
  readonly autoTopicCreation: AutoTopicCreation;
  readonly groups: GroupCoordinator;
  readonly transactions: TransactionCoordinator;
}

/** What `CoordinatorApis` answers. */
export const COORDINATOR_APIS = [ApiKey.FindCoordinator, ...GROUP_APIS, ...TRANSACTION_APIS] as const;

/** Routes requests to the coordinators of this broker, and those of clients who look for one. */
export class CoordinatorApis {
  readonly #options: CoordinatorApisOptions;

  constructor(options: CoordinatorApisOptions) {
    this.#options = options;
  }

  /** False when the API is none of its own. */
  handle(now: Us, request: Request, out: Outbox): boolean {
    if (request.apiKey === ApiKey.FindCoordinator) {
      this.#handleFindCoordinator(now, request as Request<FindCoordinatorRequest>, out);
      return true;
    }
    const { groups, transactions } = this.#options;
    return groups.handle(now, request, out) || transactions.handle(now, request, out);
  }

  #handleFindCoordinator(now: Us, request: Request<FindCoordinatorRequest>, out: Outbox): void {
    const { autoTopicCreation, metadata, responder } = this.#options;
    const { apiVersion, body, clientId, id } = request;
    const { create, response } = decideFindCoordinator(metadata.image, apiVersion, body);
    if (create !== '') autoTopicCreation.create(now, [create], clientId, out);
    responder.respond(id, response, out);
  }
}
