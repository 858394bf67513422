import type { Request, Responder } from '../exchange/index.ts';
import type { Outbox, Us } from '../machine/index.ts';
import { itemsOf, type StaticConfig } from '../metadata/index.ts';
import {
  type AlterConfigsRequest,
  type AlterConfigsResponse,
  ErrorCode,
  type IncrementalAlterConfigsRequest,
} from '../wire/index.ts';
import type { MetadataView } from './broker-apis.ts';
import type { Forwarding } from './forwarding.ts';
import {
  admitConfigChanges,
  admitConfigReplacements,
  type ConfigAdmission,
  type ConfigError,
} from './handlers/admit-config-changes.ts';

export interface ConfigChangesOptions {
  readonly nodeId: number;
  /** The configuration file, which names the log directories. */
  readonly file: StaticConfig;
  readonly metadata: MetadataView;
  readonly responder: Responder;
  readonly forwarding: Forwarding;
}

type ConfigsRequest = IncrementalAlterConfigsRequest | AlterConfigsRequest;
type Verdict = AlterConfigsResponse['responses'][number];

const UNANSWERED: ConfigError = { errorCode: ErrorCode.UNKNOWN_SERVER_ERROR, errorMessage: null };

/**
 * Changes of configurations on their way through a broker (`KafkaApis.handleIncrementalAlterConfigsRequest`): what the
 * broker can judge it answers, the rest goes to the controller, and the answer has the request's order again.
 *
 *     asked:  topic t, broker 1, broker 2      on broker 1: "broker 2" is refused here,
 *     to the controller: topic t, broker 1     because only broker 2 knows broker 2's file
 */
export class ConfigChanges {
  readonly #options: ConfigChangesOptions;

  constructor(options: ConfigChangesOptions) {
    this.#options = options;
  }

  handleChanges(now: Us, request: Request<IncrementalAlterConfigsRequest>, out: Outbox): void {
    this.#passOn(now, request, admitConfigChanges(this.#admission(), request.body.resources), out);
  }

  handleReplacements(now: Us, request: Request<AlterConfigsRequest>, out: Outbox): void {
    this.#passOn(now, request, admitConfigReplacements(this.#admission(), request.body.resources), out);
  }

  #admission(): ConfigAdmission {
    const { file, metadata, nodeId } = this.#options;
    return { nodeId, image: metadata.image, logDirs: itemsOf(String(file['log.dirs'] ?? '')) };
  }

  #passOn(
    now: Us,
    request: Request<ConfigsRequest>,
    judged: readonly (ConfigError | null)[],
    out: Outbox,
  ): void {
    const { responder, forwarding } = this.#options;
    const { resources } = request.body;
    const remaining = (resources as readonly object[]).filter((_, at) => judged[at] === null);
    if (remaining.length === 0) {
      responder.respond(request.id, reassembled(request.body, judged, []), out);
      return;
    }
    const body = { ...request.body, resources: remaining };
    const finish = (answer: object) =>
      reassembled(request.body, judged, (answer as AlterConfigsResponse).responses);
    forwarding.forwardPart(now, request, body, finish, out);
  }
}

/** One answer a resource, in the order of the request. */
function reassembled(
  request: ConfigsRequest,
  judged: readonly (ConfigError | null)[],
  answers: readonly Verdict[],
): AlterConfigsResponse {
  const responses = request.resources.map(({ resourceType, resourceName }, at): Verdict => {
    const error =
      judged[at] ??
      answers.find(
        (answer) => answer.resourceType === resourceType && answer.resourceName === resourceName,
      ) ??
      UNANSWERED;
    return { errorCode: error.errorCode, errorMessage: error.errorMessage, resourceType, resourceName };
  });
  return { throttleTimeMs: 0, responses };
}
