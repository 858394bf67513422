import { api } from '../api.ts';
import { ApiKey } from '../api-key.ts';
import { array, type Infer, int16, int32, list, string, struct, uuid } from '../schema.ts';

export const deleteTopicsRequest = struct(
  'DeleteTopicsRequest',
  { versions: '1-6', flexible: '4+' },
  {
    topics: array('6+', 'What to delete, each by name or by id.', {
      name: string('6+', 'The topic by name.', { nullable: '6+', default: null }),
      topicId: uuid('6+', 'The topic by id.'),
    }),
    topicNames: list('string', '0-5', 'What to delete, by name.', { ignorable: true }),
    timeoutMs: int32('0+', 'How long to wait for the deletion.'),
  },
);

export const deleteTopicsResponse = struct(
  'DeleteTopicsResponse',
  { versions: '1-6', flexible: '4+' },
  {
    throttleTimeMs: int32('1+', 'How long the quota holds the client back, ms.', { ignorable: true }),
    responses: array('0+', 'One entry a topic.', {
      name: string('0+', 'Its name; null for an unknown id.', { nullable: '6+' }),
      topicId: uuid('6+', 'Its id.', { ignorable: true }),
      errorCode: int16('0+', 'Verdict on the topic.'),
      errorMessage: string('5+', 'What is wrong.', { nullable: '5+', default: null, ignorable: true }),
    }),
  },
);

export type DeleteTopicsRequest = Infer<typeof deleteTopicsRequest>;
export type DeleteTopicsResponse = Infer<typeof deleteTopicsResponse>;

export const deleteTopicsApi = api(
  ApiKey.DeleteTopics,
  ['broker', 'controller'],
  deleteTopicsRequest,
  deleteTopicsResponse,
);
