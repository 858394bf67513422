import {
  type ControllerRegistrationRequest,
  type ControllerRegistrationResponse,
  ErrorCode,
} from '../wire/index.ts';
import { type Decision, decided } from './decision.ts';

export function controllerRegistrationAnswer(
  errorCode: number,
  errorMessage: string | null = null,
): ControllerRegistrationResponse {
  return { throttleTimeMs: 0, errorCode, errorMessage };
}

/** A controller of the quorum tells where it is reached and what it supports (KIP-919). */
export function decideRegisterController(request: ControllerRegistrationRequest): Decision {
  return decided(controllerRegistrationAnswer(ErrorCode.NONE), [
    {
      type: 'RegisterControllerRecord',
      controllerId: request.controllerId,
      incarnationId: request.incarnationId,
      zkMigrationReady: false,
      endPoints: request.listeners,
      features: request.features,
    },
  ]);
}
