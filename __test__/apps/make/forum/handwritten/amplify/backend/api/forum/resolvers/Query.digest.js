import { util } from '@aws-appsync/utils';

export function request(ctx) {
  return {
    operation: 'Query',
    index: 'byTopic',
    query: {
      expression: '#topic = :topic',
      expressionNames: { '#topic': 'topicId' },
      expressionValues: util.dynamodb.toMapValues({ ':topic': ctx.args.topicId }),
    },
  };
}

export function response(ctx) {
  return { text: `${ctx.result.items.length} posts of \`${ctx.args.topicId}\`` };
}
